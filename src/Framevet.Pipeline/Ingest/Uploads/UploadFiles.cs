using System.Buffers;
using System.Security.Cryptography;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>The bytes of unfinished uploads: one file each, whose length is the offset. Callers see to it that one writer has a file at a time.</summary>
internal sealed class UploadFiles
{
    private const int BufferBytes = 1 << 17;

    private const int LookEvery = 4 << 20;

    private readonly string _folder;
    private readonly DiskReserve _reserve;

    public UploadFiles(string folder, DiskReserve reserve)
    {
        (_folder, _reserve) = (Path.GetFullPath(folder), reserve);
        Directory.CreateDirectory(_folder);
    }

    public string PathOf(Guid id) => Path.Combine(_folder, $"{id:N}.part");

    /// <summary>Bytes that are here; 0 when there is no file.</summary>
    public long Length(Guid id) => new FileInfo(PathOf(id)) is { Exists: true } file ? file.Length : 0;

    public bool Exists(Guid id) => File.Exists(PathOf(id));

    public void Delete(Guid id) => File.Delete(PathOf(id));

    /// <summary>Bytes free on the volume.</summary>
    /// <summary>Appends everything that the body brings, up to <paramref name="limit"/> bytes of the whole file; the number of bytes written, also when the body breaks off (then with its error).</summary>
    /// <exception cref="VettingException">SourceTooLarge when the body brings more, OutOfSpace.</exception>
    public async Task<(long Written, Exception? Broken)> AppendAsync(Guid id, Stream body, long limit, Action<ReadOnlySpan<byte>> onBytes, CancellationToken ct)
    {
        var file = new FileStream(PathOf(id), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        await using var writing = file.ConfigureAwait(false);
        file.Seek(0, SeekOrigin.End);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        long written = 0;
        try
        {
            while (true)
            {
                int read;
                try
                {
                    read = await body.ReadAsync(buffer, ct).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // What came before the cut is kept: the client goes on from there.
                    return (written, e);
                }

                if (read == 0)
                {
                    return (written, null);
                }

                if (file.Position + read > limit)
                {
                    throw new VettingException(FailureCode.SourceTooLarge, "The upload brings more bytes than it declared.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None).ConfigureAwait(false);
                onBytes(buffer.AsSpan(0, read));
                written += read;
                if (written / LookEvery != (written - read) / LookEvery && _reserve.Look() is { IsShort: true } standing)
                {
                    // What is here stays: the client goes on from it when there is room again.
                    return (written, new VettingException(FailureCode.OutOfSpace, standing.Sentence));
                }
            }
        }
        catch (IOException trouble) when (DiskTrouble.IsFull(trouble))
        {
            throw DiskTrouble.Full(trouble);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes back everything behind <paramref name="length"/>.</summary>
    public void Truncate(Guid id, long length)
    {
        using var file = new FileStream(PathOf(id), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.SetLength(length);
    }

    /// <summary>Feeds a hash with the file as it is.</summary>
    public async Task HashAsync(Guid id, IncrementalHash hash, CancellationToken ct)
    {
        if (!Exists(id))
        {
            return;
        }

        var file = new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var reading = file.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            while (await file.ReadAsync(buffer, ct).ConfigureAwait(false) is var read and > 0)
            {
                hash.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
