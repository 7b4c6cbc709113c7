using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Shared;

/// <summary>What news means for a page.</summary>
public enum NewsEffect
{
    /// <summary>Nothing.</summary>
    Ignore,
    /// <summary>The page took what it needs from the event; draw it.</summary>
    Render,
    /// <summary>Something stored changed; read it.</summary>
    Refresh,
}

/// <summary>
/// A page that stays true while it is open. Events only say that something changed: what is stored is read from the store, so a lost event
/// costs nothing once the next arrives. Draws at most ten times a second and reads at most every <see cref="RefreshEvery"/>.
/// </summary>
public abstract class LiveComponent : PageComponent
{
    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private List<RunEvent> _pending = [];
    private Task _watching = Task.CompletedTask;
    private CancellationTokenSource? _watch;
    private RunId? _watched;

    [Inject]
    protected IRunEvents Events { get; set; } = default!;

    /// <summary>The run to watch; null = all runs.</summary>
    protected virtual RunId? Watched => null;

    /// <summary>Shortest time between two readings caused by news.</summary>
    protected virtual TimeSpan RefreshEvery => TimeSpan.FromMilliseconds(400);

    /// <summary>Takes one event in, on the page's own context.</summary>
    protected abstract NewsEffect OnNews(RunEvent news);

    /// <summary>Reads what changed; by default everything.</summary>
    protected virtual Task RefreshAsync(CancellationToken ct) => LoadAsync(ct);

    /// <summary>Begins to watch before the first reading, so that nothing falls between the two.</summary>
    protected override Task OnReadyAsync()
    {
        StartWatching();
        return Task.CompletedTask;
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_watch is not null && _watched != Watched)
        {
            await StopWatchingAsync();
            StartWatching();
        }

        await base.OnParametersSetAsync();
    }

    private void StartWatching()
    {
        _watched = Watched;
        _watch = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        _watching = Task.WhenAll(CollectAsync(_watched, _watch.Token), DeliverAsync(_watch.Token));
    }

    private async Task StopWatchingAsync()
    {
        if (_watch is not null)
        {
            await _watch.CancelAsync();
            await _watching;
            _watch.Dispose();
            _watch = null;
        }
    }

    private async Task CollectAsync(RunId? run, CancellationToken ct)
    {
        try
        {
            await foreach (var news in Events.WatchAsync(run, ct).ConfigureAwait(false))
            {
                lock (_gate)
                {
                    _pending.Add(news);
                    if (_arrived.CurrentCount == 0)
                    {
                        _arrived.Release();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the page is gone
        }
        catch (Exception trouble) when (!ct.IsCancellationRequested)
        {
            await DispatchExceptionAsync(trouble);
        }
    }

    private async Task DeliverAsync(CancellationToken ct)
    {
        var refreshDue = false;
        var lastRefresh = DateTimeOffset.MinValue;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                // While a reading is owed, wake up for it even when no more news comes.
                await _arrived.WaitAsync(refreshDue ? RefreshEvery : Timeout.InfiniteTimeSpan, ct).ConfigureAwait(false);
                var news = TakePending();
                await InvokeAsync(async () =>
                {
                    var effect = news.Count == 0 ? NewsEffect.Ignore : news.Max(OnNews);
                    refreshDue |= effect == NewsEffect.Refresh;
                    var now = Clock.GetUtcNow();
                    if (refreshDue && IsLoaded && now - lastRefresh >= RefreshEvery)
                    {
                        refreshDue = false;
                        await RefreshAsync(ct);
                        lastRefresh = Clock.GetUtcNow();
                        effect = NewsEffect.Render;
                    }

                    if (effect != NewsEffect.Ignore)
                    {
                        StateHasChanged();
                    }
                }).ConfigureAwait(false);
                await Task.Delay(DrawEvery, ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the page is gone
        }
        catch (Exception trouble) when (!ct.IsCancellationRequested)
        {
            await DispatchExceptionAsync(trouble);
        }
    }

    private List<RunEvent> TakePending()
    {
        lock (_gate)
        {
            var taken = _pending;
            _pending = [];
            return taken;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await StopWatchingAsync();
        _arrived.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
