using System.Buffers.Binary;

namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>
/// One packet as a fragment of an MP4 file (ISO/IEC 14496-12): a box <c>moof</c> that describes one sample, and its <c>mdat</c>. Of the description only the time is read, and set anew.
/// </summary>
internal sealed class Fragment(byte[] moof, byte[] mdat)
{
    private const int BoxHeader = 8;
    private const int HasDataOffset = 0x1;
    private const int HasFirstFlags = 0x4;
    private const int HasDuration = 0x100;
    private const int HasSize = 0x200;
    private const int HasFlags = 0x400;
    private const int HasOffset = 0x800;

    /// <summary>Presentation stamp; known once <see cref="Stamp"/> has set it.</summary>
    public long Pts { get; private set; }

    /// <summary>The compressed bytes.</summary>
    public ReadOnlySpan<byte> Data => mdat.AsSpan(BoxHeader);

    /// <summary>Bytes of both boxes.</summary>
    public int Size => moof.Length + mdat.Length;

    /// <summary>
    /// Gives the sample the stamps that it has in its file: muxers shift them so that a file begins at 0. False when the description is not of one sample with a 64-bit time.
    /// </summary>
    public bool Stamp(long pts, long dts)
    {
        if (Find(moof.AsSpan(BoxHeader), "traf"u8) is not { IsEmpty: false } track || Find(track, "tfdt"u8) is not { Length: 12 } time || time[0] != 1
            || Find(track, "trun"u8) is not { Length: >= 8 } run || BinaryPrimitives.ReadInt32BigEndian(run[4..]) != 1)
        {
            return false;
        }

        var flags = BinaryPrimitives.ReadInt32BigEndian(run) & 0xFFFFFF;
        var at = 8;
        foreach (var flag in (ReadOnlySpan<int>)[HasDataOffset, HasFirstFlags, HasDuration, HasSize, HasFlags])
        {
            at += (flags & flag) != 0 ? 4 : 0;
        }

        var offset = pts - dts;
        if (offset is < 0 or > int.MaxValue || run.Length != at + ((flags & HasOffset) != 0 ? 4 : 0))
        {
            return false;
        }

        if ((flags & HasOffset) != 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(run[at..], (int)offset);
        }
        else if (offset != 0)
        {
            return false;
        }

        BinaryPrimitives.WriteInt64BigEndian(time[4..], dts);
        Pts = pts;
        return true;
    }

    /// <summary>Writes both boxes.</summary>
    public async Task WriteAsync(Stream target, CancellationToken ct)
    {
        await target.WriteAsync(moof, ct).ConfigureAwait(false);
        await target.WriteAsync(mdat, ct).ConfigureAwait(false);
    }

    /// <summary>The content of the first box of this type; empty when there is none.</summary>
    private static Span<byte> Find(Span<byte> boxes, ReadOnlySpan<byte> type)
    {
        while (boxes.Length >= BoxHeader)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(boxes);
            if (length < BoxHeader || length > (uint)boxes.Length)
            {
                return default;
            }

            if (boxes.Slice(4, 4).SequenceEqual(type))
            {
                return boxes[BoxHeader..(int)length];
            }

            boxes = boxes[(int)length..];
        }

        return default;
    }
}
