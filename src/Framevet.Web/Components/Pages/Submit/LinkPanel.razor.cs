using System.Collections.Immutable;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Submit;

/// <summary>Takes links, shows what is behind one before it is fetched, and follows those on their way.</summary>
public sealed partial class LinkPanel : PageComponent
{
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private ImmutableArray<(Link Link, double? Share)> _links = [];
    private LinkChoice _choice = new();
    private LinkLook? _look;
    private string _text = "";
    private string? _trouble;
    private bool _isOpen;
    private bool _isBusy;
    private Task _following = Task.CompletedTask;

    /// <summary>The recipe for what is submitted; null = the default one.</summary>
    [Parameter, EditorRequired]
    public required Recipe? Recipe { get; set; }

    [Inject]
    private LinkDesk Desk { get; set; } = default!;

    private string[] Lines => [.. _text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private string SiteWords => $"{string.Join(", ", Desk.Sites.Take(4))}{(Desk.Sites.Length > 4 ? " …" : "")}";

    protected override async Task LoadAsync(CancellationToken ct) => _links = await Desk.ListAsync(Actor, ct);

    protected override Task OnReadyAsync()
    {
        _following = FollowAsync();
        return Task.CompletedTask;
    }

    private async Task FollowAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_links.Any(l => l.Link.State is LinkState.Waiting or LinkState.Fetching) ? Busy : Idle, Clock, Stopping);
                await InvokeAsync(ReloadAsync);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // the page is gone
        }
        catch (Exception trouble)
        {
            await DispatchExceptionAsync(trouble);
        }
    }

    private async Task SubmitAsync()
    {
        var lines = Lines;
        await WorkAsync(async () =>
        {
            await Desk.SubmitAsync([.. lines], _choice, Recipe, 5, Actor, Stopping);
            _text = "";
            await ReloadAsync();
        });
    }

    private Task LookAsync() => WorkAsync(async () => _look = await Desk.LookAsync(Lines[0], _choice, Actor, Stopping));

    private async Task WorkAsync(Func<Task> work)
    {
        (_isBusy, _trouble, _look) = (true, null, null);
        try
        {
            await work();
        }
        catch (VettingException e)
        {
            _trouble = e.Message;
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // the page is gone
        }
        finally
        {
            _isBusy = false;
        }
    }

    private async Task CancelAsync(Guid id)
    {
        await TryAsync(ct => Desk.CancelAsync(id, Actor, ct));
        await ReloadAsync();
    }

    private async Task RetryAsync(Guid id)
    {
        await TryAsync(ct => Desk.RetryAsync(id, Actor, ct));
        await ReloadAsync();
    }

    private async Task ClearAsync()
    {
        await TryAsync(ct => Desk.ClearAsync(Actor, ct));
        await ReloadAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _following;
    }
}
