using System.Buffers.Binary;

namespace Framevet.Pipeline.Decode;

/// <summary>The units of one access unit of H.264 or HEVC as MP4 and Matroska keep them: four bytes of length before each, no start codes.</summary>
internal ref struct NalUnits(ReadOnlySpan<byte> data)
{
    private const int LengthBytes = 4;

    private ReadOnlySpan<byte> _rest = data;

    /// <summary>The unit with its header, at least one byte.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Whether all bytes so far made whole units.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Lets <c>foreach</c> walk the units.</summary>
    public readonly NalUnits GetEnumerator() => this;

    /// <summary>Goes to the next unit; false at the end and where a length is wrong.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = _rest.Length > LengthBytes ? BinaryPrimitives.ReadUInt32BigEndian(_rest) : 0;
        if (length == 0 || length > (uint)(_rest.Length - LengthBytes))
        {
            IsWhole = false;
            return false;
        }

        Current = _rest.Slice(LengthBytes, (int)length);
        _rest = _rest[(LengthBytes + (int)length)..];
        return true;
    }
}
