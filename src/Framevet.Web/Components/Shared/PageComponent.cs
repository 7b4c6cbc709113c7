using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Components;
using Radzen;

namespace Framevet.Web.Components.Shared;

/// <summary>
/// A page that reads the store once it is interactive: the prerendered page shows skeletons, so nothing is read twice. Expected trouble while
/// loading lands in <see cref="Failure"/>, in an action in a message; everything else goes to the error boundary.
/// </summary>
public abstract class PageComponent : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private bool _isInteractive;
    private object? _loadedKey;

    [Inject]
    protected CurrentActor Actors { get; set; } = default!;

    [Inject]
    protected NotificationService Notices { get; set; } = default!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    [Inject]
    protected TimeProvider Clock { get; set; } = default!;

    /// <summary>Cancelled when the page goes away.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>Who looks at the page; the anonymous nobody until loaded.</summary>
    protected Actor Actor { get; private set; } = new("", "", Rights.None);

    /// <summary>Whether the first reading has ended, well or not.</summary>
    protected bool IsLoaded { get; private set; }

    /// <summary>Why there is nothing to show, or null.</summary>
    protected VettingException? Failure { get; private set; }

    /// <summary>What the page shows; when parameters change it, the page reads again.</summary>
    protected virtual object? LoadKey => null;

    /// <summary>Reads the store.</summary>
    protected abstract Task LoadAsync(CancellationToken ct);

    /// <summary>Called once after the first reading, e.g. to start watching.</summary>
    protected virtual Task OnReadyAsync() => Task.CompletedTask;

    protected override async Task OnParametersSetAsync()
    {
        if (_isInteractive && !Equals(LoadKey, _loadedKey))
        {
            await ReloadAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _isInteractive = true;
        Actor = await Actors.GetAsync();
        await OnReadyAsync();
        await ReloadAsync();
        StateHasChanged();
    }

    /// <summary>Reads again and renders.</summary>
    protected async Task ReloadAsync()
    {
        _loadedKey = LoadKey;
        try
        {
            await LoadAsync(Stopping);
            Failure = null;
        }
        catch (VettingException trouble)
        {
            Failure = trouble;
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            return;
        }

        IsLoaded = true;
        StateHasChanged();
    }

    /// <summary>Does what the user asked for; expected trouble becomes a message. Returns whether it went well.</summary>
    protected async Task<bool> TryAsync(Func<CancellationToken, Task> action, string? success = null)
    {
        try
        {
            await action(Stopping);
        }
        catch (VettingException trouble)
        {
            Notices.Notify(NotificationSeverity.Error, "That did not work", trouble.Message, 8000);
            return false;
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            return false;
        }

        if (success is not null)
        {
            Notices.Notify(NotificationSeverity.Success, success, duration: 4000);
        }

        return true;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }
}
