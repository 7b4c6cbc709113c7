using System.Buffers.Binary;
using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>
/// A file of Apache Parquet (format version 1, parquet.thrift): one group of rows, for each column one page of plain values without compression. Every column may hold nulls. So any reader can read
/// it. Not thread-safe.
/// </summary>
internal sealed class ParquetFile(int rows)
{
    private const int Int64 = 2, Double = 5, ByteArray = 6; // Type
    private const int Plain = 0, Rle = 3; // Encoding
    private const int Optional = 1; // FieldRepetitionType
    private const int Utf8 = 0; // ConvertedType

    private static readonly byte[] Magic = "PAR1"u8.ToArray();

    private readonly List<(string Name, int Type, byte[] Page)> _columns = [];

    /// <summary>Adds whole numbers.</summary>
    public void Add(string name, IEnumerable<long?> values) => Add(name, Int64, values, value =>
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value!.Value);
        return bytes;
    });

    /// <summary>Adds numbers.</summary>
    public void Add(string name, IEnumerable<double?> values) => Add(name, Double, values, value =>
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value!.Value);
        return bytes;
    });

    /// <summary>Adds texts.</summary>
    public void Add(string name, IEnumerable<string?> values) => Add(name, ByteArray, values, value =>
    {
        var bytes = new byte[4 + Encoding.UTF8.GetByteCount(value!)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 4);
        Encoding.UTF8.GetBytes(value!, bytes.AsSpan(4));
        return bytes;
    });

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        using var file = new MemoryStream();
        file.Write(Magic);
        var places = new List<(long Offset, int Bytes)>();
        foreach (var (_, _, page) in _columns)
        {
            var header = new ThriftCompact().Field(1, 0).Field(2, page.Length).Field(3, page.Length)
                .Struct(5, data => data.Field(1, rows).Field(2, Plain).Field(3, Rle).Field(4, Rle)).ToBytes();
            places.Add((file.Position, header.Length + page.Length));
            file.Write(header);
            file.Write(page);
        }

        var footer = Footer(places);
        file.Write(footer);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        file.Write(length);
        file.Write(Magic);
        return file.ToArray();
    }

    private byte[] Footer(List<(long Offset, int Bytes)> places) => new ThriftCompact()
        .Field(1, 1)
        .Structs(2, _columns.Count + 1, (element, i) =>
        {
            if (i == 0)
            {
                element.Field(4, "frames").Field(5, _columns.Count);
                return;
            }

            var (name, type, _) = _columns[i - 1];
            element.Field(1, type).Field(3, Optional).Field(4, name);
            if (type == ByteArray)
            {
                element.Field(6, Utf8);
            }
        })
        .LongField(3, rows)
        .Structs(4, 1, (group, _) => group
            .Structs(1, _columns.Count, (chunk, i) => chunk.LongField(2, places[i].Offset).Struct(3, meta => meta
                .Field(1, _columns[i].Type).Numbers(2, Plain, Rle).Texts(3, _columns[i].Name).Field(4, 0).LongField(5, rows)
                .LongField(6, places[i].Bytes).LongField(7, places[i].Bytes).LongField(9, places[i].Offset)))
            .LongField(2, places.Sum(p => (long)p.Bytes))
            .LongField(3, rows))
        .Field(6, "Framevet")
        .ToBytes();

    private void Add<T>(string name, int type, IEnumerable<T?> values, Func<T?, byte[]> write)
    {
        using var page = new MemoryStream();
        using var data = new MemoryStream();
        var levels = new List<byte>();
        var (run, isThere, count) = (0, false, 0);
        foreach (var value in values)
        {
            count++;
            if (value is not null != isThere)
            {
                WriteRun(levels, run, isThere);
                (run, isThere) = (0, value is not null);
            }

            run++;
            if (value is not null)
            {
                data.Write(write(value));
            }
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(count, rows);
        WriteRun(levels, run, isThere);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, levels.Count);
        page.Write(length);
        page.Write(levels.ToArray());
        data.WriteTo(page);
        _columns.Add((name, type, page.ToArray()));
    }

    // Run lengths of the hybrid encoding, one bit wide: whether there is a value.
    private static void WriteRun(List<byte> levels, int length, bool isThere)
    {
        if (length > 0)
        {
            ThriftCompact.WriteVarint(levels, (ulong)length << 1);
            levels.Add(isThere ? (byte)1 : (byte)0);
        }
    }
}
