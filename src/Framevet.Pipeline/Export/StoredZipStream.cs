using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>A file of a stored zip: its name in the archive, its length and CRC-32, and how to open its bytes for reading (seekable).</summary>
public sealed record StoredEntry(string Name, long Length, uint Crc32, Func<Stream> Open);

/// <summary>
/// A zip that exists only while it is read: headers are made from the list, contents come from the files themselves, nothing is compressed and nothing is copied. The same list gives the same
/// bytes, every byte has a place that is known beforehand, so a broken download goes on anywhere. Memory does not depend on the size. Format: APPNOTE.TXT 6.3 with ZIP64 where
/// a number needs it; names are UTF-8. One reader at a time.
/// </summary>
public sealed class StoredZipStream : Stream
{
    private const uint LocalSign = 0x04034B50, CentralSign = 0x02014B50, EndSign = 0x06054B50, End64Sign = 0x06064B50, Locator64Sign = 0x07064B50;
    private const uint Full32 = uint.MaxValue;
    private const ushort Full16 = ushort.MaxValue;

    /// <summary>Names are UTF-8.</summary>
    private const ushort Flags = 0x0800;

    private readonly ImmutableArray<Piece> _pieces;
    private long _position;
    private int _opened = -1;
    private Stream? _content;

    /// <param name="entries">The files in the order of the archive; names are unique.</param>
    /// <param name="at">Time that all entries carry (the format knows two seconds and no zone; UTC is written).</param>
    public StoredZipStream(ImmutableArray<StoredEntry> entries, DateTimeOffset at)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var directory = new MemoryStream();
        var stamp = DosTime(at);
        long place = 0;
        foreach (var entry in entries)
        {
            var head = LocalHeader(entry, stamp);
            WriteCentral(directory, entry, stamp, place);
            pieces.Add(new Piece(place, head.Length, head, null));
            place += head.Length;
            if (entry.Length > 0)
            {
                pieces.Add(new Piece(place, entry.Length, null, entry));
                place += entry.Length;
            }
        }

        var size = directory.Length;
        WriteEnd(directory, entries.Length, size, place);
        pieces.Add(new Piece(place, directory.Length, directory.ToArray(), null));
        Length = place + directory.Length;
        _pieces = pieces.ToImmutable();
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (Next(buffer.Length) is not { } next)
        {
            return 0;
        }

        var read = next.Piece.Bytes is { } bytes ? Copy(bytes, next.From, buffer[..next.Count]) : Content(next).Read(buffer[..next.Count]);
        return Moved(next, read);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Next(buffer.Length) is not { } next)
        {
            return 0;
        }

        var read = next.Piece.Bytes is { } bytes
            ? Copy(bytes, next.From, buffer.Span[..next.Count])
            : await Content(next).ReadAsync(buffer[..next.Count], cancellationToken).ConfigureAwait(false);
        return Moved(next, read);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content?.Dispose();
            _content = null;
            _opened = -1;
        }

        base.Dispose(disposing);
    }

    private Part? Next(int room)
    {
        if (_position >= Length || room == 0)
        {
            return null;
        }

        var (low, high) = (0, _pieces.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _pieces[middle].Start <= _position ? (middle, high) : (low, middle - 1);
        }

        var piece = _pieces[low];
        var from = _position - piece.Start;
        return new Part(low, piece, from, (int)Math.Min(room, piece.Length - from));
    }

    private int Moved(Part next, int read)
    {
        // A file that became shorter would shift everything behind it: the reader must not take that for the archive.
        if (read == 0)
        {
            throw new EndOfStreamException($"A file of the archive ends before its {next.Piece.Length} bytes.");
        }

        _position += read;
        return read;
    }

    private Stream Content(Part next)
    {
        if (_opened != next.Index)
        {
            _content?.Dispose();
            _content = next.Piece.Entry!.Open();
            _opened = next.Index;
        }

        if (_content!.Position != next.From)
        {
            _content.Position = next.From;
        }

        return _content;
    }

    private static int Copy(byte[] bytes, long from, Span<byte> target)
    {
        bytes.AsSpan((int)from, target.Length).CopyTo(target);
        return target.Length;
    }

    private static byte[] LocalHeader(StoredEntry entry, uint stamp)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var is64 = entry.Length >= Full32;
        using var file = new MemoryStream();
        U32(file, LocalSign);
        U16(file, (ushort)(is64 ? 45 : 20));
        U16(file, Flags);
        U16(file, 0);
        U32(file, stamp);
        U32(file, entry.Crc32);
        U32(file, is64 ? Full32 : (uint)entry.Length);
        U32(file, is64 ? Full32 : (uint)entry.Length);
        U16(file, (ushort)name.Length);
        U16(file, (ushort)(is64 ? 20 : 0));
        file.Write(name);
        if (is64)
        {
            U16(file, 1);
            U16(file, 16);
            U64(file, entry.Length);
            U64(file, entry.Length);
        }

        return file.ToArray();
    }

    private static void WriteCentral(MemoryStream file, StoredEntry entry, uint stamp, long place)
    {
        var name = Encoding.UTF8.GetBytes(entry.Name);
        var (isLong, isFar) = (entry.Length >= Full32, place >= Full32);
        var extra = (isLong ? 16 : 0) + (isFar ? 8 : 0);
        U32(file, CentralSign);

        // Made on Unix, so that the mode of the file counts: readable by all, writable by its owner.
        U16(file, (3 << 8) | 45);
        U16(file, (ushort)(extra > 0 ? 45 : 20));
        U16(file, Flags);
        U16(file, 0);
        U32(file, stamp);
        U32(file, entry.Crc32);
        U32(file, isLong ? Full32 : (uint)entry.Length);
        U32(file, isLong ? Full32 : (uint)entry.Length);
        U16(file, (ushort)name.Length);
        U16(file, (ushort)(extra > 0 ? extra + 4 : 0));
        U16(file, 0);
        U16(file, 0);
        U16(file, 0);
        U32(file, 0x81A40000);
        U32(file, isFar ? Full32 : (uint)place);
        file.Write(name);
        if (extra > 0)
        {
            U16(file, 1);
            U16(file, (ushort)extra);
            if (isLong)
            {
                U64(file, entry.Length);
                U64(file, entry.Length);
            }

            if (isFar)
            {
                U64(file, place);
            }
        }
    }

    private static void WriteEnd(MemoryStream file, int count, long size, long place)
    {
        if (count >= Full16 || size >= Full32 || place >= Full32)
        {
            U32(file, End64Sign);
            U64(file, 44);
            U16(file, (3 << 8) | 45);
            U16(file, 45);
            U32(file, 0);
            U32(file, 0);
            U64(file, count);
            U64(file, count);
            U64(file, size);
            U64(file, place);
            U32(file, Locator64Sign);
            U32(file, 0);
            U64(file, place + size);
            U32(file, 1);
        }

        U32(file, EndSign);
        U16(file, 0);
        U16(file, 0);
        U16(file, (ushort)Math.Min(count, Full16));
        U16(file, (ushort)Math.Min(count, Full16));
        U32(file, (uint)Math.Min(size, Full32));
        U32(file, (uint)Math.Min(place, Full32));
        U16(file, 0);
    }

    /// <summary>MS-DOS date and time, which begin in 1980.</summary>
    private static uint DosTime(DateTimeOffset at)
    {
        var t = at.UtcDateTime;
        return t.Year < 1980 ? 1u << 21 | 1u << 16
            : (uint)(((Math.Min(t.Year, 2107) - 1980) << 25) | (t.Month << 21) | (t.Day << 16) | (t.Hour << 11) | (t.Minute << 5) | (t.Second / 2));
    }

    private static void U16(Stream file, int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        file.Write(bytes);
    }

    private static void U32(Stream file, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        file.Write(bytes);
    }

    private static void U64(Stream file, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        file.Write(bytes);
    }

    /// <summary>A stretch of the archive: bytes that are made, or a file.</summary>
    private sealed record Piece(long Start, long Length, byte[]? Bytes, StoredEntry? Entry);

    private readonly record struct Part(int Index, Piece Piece, long From, int Count);
}
