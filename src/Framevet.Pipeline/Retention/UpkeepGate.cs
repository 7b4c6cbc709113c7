namespace Framevet.Pipeline.Retention;

/// <summary>
/// One at a time, on all nodes: taking media in, protecting a run, removing something. Otherwise a file could go in the moment in which a new run of it comes or somebody protects it.
/// <paramref name="across"/>: what excludes other processes; null when there are none.
/// </summary>
public sealed class UpkeepGate(IUpkeepLock? across = null) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Does the work alone.</summary>
    public async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(work);
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (across is null)
            {
                return await work().ConfigureAwait(false);
            }

            var held = await across.HoldAsync(ct).ConfigureAwait(false);
            await using (held.ConfigureAwait(false))
            {
                return await work().ConfigureAwait(false);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}

/// <summary>Excludes other processes on the same store.</summary>
public interface IUpkeepLock
{
    /// <summary>Waits until nobody else holds it; dispose to let go. A process that dies lets go, too.</summary>
    Task<IAsyncDisposable> HoldAsync(CancellationToken ct);
}
