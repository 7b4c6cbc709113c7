namespace Framevet.Web.Components.Shared;

/// <summary>Lets one piece of work of a page finish before the next begins: news that arrives while a page loads must not load it a second time.</summary>
public sealed class Turns : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile bool _isOver;

    /// <summary>Waits for its turn and does the work.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(work);
        await _one.WaitAsync(ct);
        try
        {
            await work(ct);
        }
        finally
        {
            // The page may have gone away meanwhile; nobody waits any more then.
            if (!_isOver)
            {
                _one.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _one.Dispose();
    }
}
