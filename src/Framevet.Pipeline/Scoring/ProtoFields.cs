using System.Buffers.Binary;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Walks the fields of one protocol buffer message in memory, by the wire format alone (protobuf.dev, "Encoding"): varint, 64-bit, length-delimited
/// and 32-bit fields. Groups are not read. Copies nothing and never looks beyond the message.
/// </summary>
/// <remarks>Throws <see cref="InvalidDataException"/> for what is no message: a field that is cut off, without a number or of an unknown kind.</remarks>
internal ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the current field.</summary>
    public int Number { get; private set; }

    /// <summary>Value of a varint, 64-bit or 32-bit field; 0 for one with a length.</summary>
    public ulong Value { get; private set; }

    /// <summary>Content of a field with a length; empty for the others.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Steps to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var key = Varint();
        Number = key >> 3 is > 0 and <= int.MaxValue and var number ? (int)number : throw new InvalidDataException("A field has no number.");
        Value = 0;
        Content = default;
        switch (key & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case 2:
                Content = Take(Varint());
                break;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            default:
                throw new InvalidDataException($"Field {Number} is of an unknown kind.");
        }

        return true;
    }

    /// <summary>The whole message as varints without keys: a packed list.</summary>
    public List<long> Varints()
    {
        var values = new List<long>();
        while (!_rest.IsEmpty)
        {
            values.Add((long)Varint());
        }

        return values;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number is too long.");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new InvalidDataException("A field is cut off.");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
