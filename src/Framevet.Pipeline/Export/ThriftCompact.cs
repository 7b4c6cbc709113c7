using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>Writes one struct of Thrift's compact protocol, fields by rising number: as much of it as the footer of a Parquet file needs. Not thread-safe.</summary>
internal sealed class ThriftCompact
{
    private const int I32 = 5, I64 = 6, Binary = 8, List = 9, Record = 12;

    private readonly List<byte> _bytes = [];
    private int _last;

    /// <summary>A number of 32 bits.</summary>
    public ThriftCompact Field(int number, int value)
    {
        Header(number, I32);
        WriteVarint(_bytes, ZigZag(value));
        return this;
    }

    /// <summary>A number of 64 bits.</summary>
    public ThriftCompact LongField(int number, long value)
    {
        Header(number, I64);
        WriteVarint(_bytes, ZigZag(value));
        return this;
    }

    /// <summary>A text.</summary>
    public ThriftCompact Field(int number, string text)
    {
        Header(number, Binary);
        Write(text);
        return this;
    }

    /// <summary>A struct.</summary>
    public ThriftCompact Struct(int number, Action<ThriftCompact> write)
    {
        Header(number, Record);
        Write(write);
        return this;
    }

    /// <summary>A list of structs.</summary>
    public ThriftCompact Structs(int number, int count, Action<ThriftCompact, int> write)
    {
        Header(number, List);
        ListHeader(count, Record);
        for (var i = 0; i < count; i++)
        {
            var at = i;
            Write(inner => write(inner, at));
        }

        return this;
    }

    /// <summary>A list of numbers of 32 bits.</summary>
    public ThriftCompact Numbers(int number, params int[] values)
    {
        Header(number, List);
        ListHeader(values.Length, I32);
        foreach (var value in values)
        {
            WriteVarint(_bytes, ZigZag(value));
        }

        return this;
    }

    /// <summary>A list of texts.</summary>
    public ThriftCompact Texts(int number, params string[] values)
    {
        Header(number, List);
        ListHeader(values.Length, Binary);
        foreach (var value in values)
        {
            Write(value);
        }

        return this;
    }

    /// <summary>The struct with its end.</summary>
    public byte[] ToBytes() => [.. _bytes, 0];

    /// <summary>Seven bits a byte, the lowest first.</summary>
    internal static void WriteVarint(List<byte> bytes, ulong value)
    {
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void Header(int number, int type)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(number, _last);
        _bytes.Add((byte)(((number - _last) << 4) | type));
        _last = number;
    }

    private void ListHeader(int count, int type)
    {
        if (count < 15)
        {
            _bytes.Add((byte)((count << 4) | type));
            return;
        }

        _bytes.Add((byte)(0xF0 | type));
        WriteVarint(_bytes, (ulong)count);
    }

    private void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteVarint(_bytes, (ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }

    private void Write(Action<ThriftCompact> write)
    {
        var inner = new ThriftCompact();
        write(inner);
        _bytes.AddRange(inner.ToBytes());
    }
}
