using System.Collections.Immutable;

namespace Framevet.Pipeline.Export;

/// <summary>A file of a stored zip: its name in the archive, its length and CRC-32, and how to open its bytes for reading (seekable), when it is their turn.</summary>
public sealed record StoredEntry(string Name, long Length, uint Crc32, Func<CancellationToken, ValueTask<Stream>> OpenAsync)
{
    /// <summary>A file that can be opened at once.</summary>
    public StoredEntry(string name, long length, uint crc32, Func<Stream> open)
        : this(name, length, crc32, _ => ValueTask.FromResult(open()))
    {
    }
}

/// <summary>
/// A zip that exists only while it is read: headers are made from the list, contents come from the files themselves, nothing is compressed and nothing is copied. The same list gives the same
/// bytes, every byte has a place that is known beforehand, so a broken download goes on anywhere. Memory does not depend on the size. One reader at
/// a time.
/// </summary>
public sealed class StoredZipStream : Stream
{
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
        var stamp = ZipRecords.Time(at);
        long place = 0;
        foreach (var entry in entries)
        {
            var head = ZipRecords.Local(entry, stamp);
            ZipRecords.WriteCentral(directory, entry, stamp, place);
            pieces.Add(new Piece(place, head.Length, head, null));
            place += head.Length;
            if (entry.Length > 0)
            {
                pieces.Add(new Piece(place, entry.Length, null, entry));
                place += entry.Length;
            }
        }

        var size = directory.Length;
        ZipRecords.WriteEnd(directory, entries.Length, size, place);
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
            : await (await ContentAsync(next, cancellationToken).ConfigureAwait(false)).ReadAsync(buffer[..next.Count], cancellationToken).ConfigureAwait(false);
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
        var opening = ContentAsync(next, CancellationToken.None);
        return opening.IsCompleted ? opening.Result : throw new NotSupportedException("The files of this archive are far away: read it asynchronously.");
    }

    private async ValueTask<Stream> ContentAsync(Part next, CancellationToken ct)
    {
        if (_opened != next.Index)
        {
            _content?.Dispose();
            (_content, _opened) = (null, -1);
            _content = await next.Piece.Entry!.OpenAsync(ct).ConfigureAwait(false);
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

    /// <summary>A stretch of the archive: bytes that are made, or a file.</summary>
    private sealed record Piece(long Start, long Length, byte[]? Bytes, StoredEntry? Entry);

    private readonly record struct Part(int Index, Piece Piece, long From, int Count);
}
