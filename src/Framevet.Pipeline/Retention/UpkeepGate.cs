namespace Framevet.Pipeline.Retention;

/// <summary>
/// One at a time: taking media in, protecting a run, removing something. Otherwise a file could go in the moment in which a new run of it comes or somebody protects it.
/// </summary>
public sealed class UpkeepGate : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Does the work alone.</summary>
    public async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(work);
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
