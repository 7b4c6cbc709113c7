using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>One writer per upload, with the hash of what it wrote so far. A newcomer ends whoever writes: that connection is dead for its client. Thread-safe.</summary>
internal sealed class UploadWriters : IDisposable
{
    private readonly ConcurrentDictionary<Guid, UploadWriter> _writers = new();

    /// <summary>Waits for the upload; dispose the lease to give it back.</summary>
    public async Task<UploadLease> EnterAsync(Guid id, CancellationToken ct)
    {
        var writer = _writers.GetOrAdd(id, _ => new UploadWriter());
        writer.Interrupt();
        await writer.One.WaitAsync(ct).ConfigureAwait(false);
        return new UploadLease(writer, ct);
    }

    /// <summary>Forgets an upload that is over.</summary>
    public void Forget(Guid id)
    {
        if (_writers.TryRemove(id, out var writer))
        {
            writer.ForgetHash();
        }
    }

    public void Dispose()
    {
        foreach (var id in _writers.Keys)
        {
            Forget(id);
        }
    }
}

/// <summary>What is kept of an upload between its requests.</summary>
internal sealed class UploadWriter
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _current;

    public SemaphoreSlim One { get; } = new(1, 1);

    /// <summary>Hash of the first <see cref="Hashed"/> bytes; null = not known, read the file again.</summary>
    public IncrementalHash? Hash { get; private set; }

    public long Hashed { get; set; }

    public IncrementalHash NewHash()
    {
        ForgetHash();
        return Hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    public void ForgetHash()
    {
        Hash?.Dispose();
        Hash = null;
        Hashed = 0;
    }

    public void Interrupt()
    {
        lock (_gate)
        {
            _current?.Cancel();
        }
    }

    public CancellationToken Begin(CancellationToken ct)
    {
        lock (_gate)
        {
            _current = CancellationTokenSource.CreateLinkedTokenSource(ct);
            return _current.Token;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _current?.Dispose();
            _current = null;
        }

        One.Release();
    }
}

/// <summary>The right to write. <see cref="Token"/> ends when the request does, or when somebody newer comes.</summary>
internal sealed class UploadLease(UploadWriter writer, CancellationToken ct) : IDisposable
{
    public UploadWriter Writer => writer;

    public CancellationToken Token { get; } = writer.Begin(ct);

    public void Dispose() => writer.End();
}
