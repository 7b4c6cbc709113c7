using System.Collections.Immutable;
using Framevet.Pipeline;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Moderation;

/// <summary>Addresses that get news, what was sent to them, and sending it again.</summary>
public sealed partial class WebhooksPage : PageComponent
{
    private const int Size = 25;
    private const string TestSent = "A test is on its way";
    private const string SentAgain = "It will be sent again";

    private static readonly (string Word, WebhookState? State)[] States =
        [("All", null), ("Waiting", WebhookState.Waiting), ("Delivered", WebhookState.Delivered), ("Failed", WebhookState.Failed)];

    private ImmutableArray<WebhookTarget> _targets = [];
    private ImmutableArray<WebhookDelivery> _deliveries = [];
    private ImmutableHashSet<string> _kinds = [.. WebhookKinds.All];
    private WebhookState? _state;
    private string _name = "";
    private string _address = "";
    private string? _secret;
    private int _page;
    private int _total;

    [Inject]
    private WebhookDesk Desk { get; set; } = default!;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _targets = await Desk.TargetsAsync(Actor, ct);
        (_deliveries, _total) = await Desk.PageAsync(null, _state, _page * Size, Size, Actor, ct);
    }

    private async Task AddAsync()
    {
        var added = await TryAsync(async ct =>
        {
            var address = Uri.TryCreate(_address.Trim(), UriKind.Absolute, out var uri) ? uri : throw new VettingException(FailureCode.InvalidRequest, "The address is no address.");
            _secret = (await Desk.AddAsync(_name, address, [.. WebhookKinds.All.Where(_kinds.Contains)], Actor, ct)).Secret;
        });
        if (added)
        {
            (_name, _address) = ("", "");
            await ReloadAsync();
        }
    }

    private async Task DoAsync(Func<CancellationToken, Task> action, string? success = null)
    {
        if (await TryAsync(action, success))
        {
            await ReloadAsync();
        }
    }

    private async Task FilterAsync(WebhookState? state)
    {
        (_state, _page) = (state, 0);
        await ReloadAsync();
    }

    private async Task GoAsync(int page)
    {
        _page = page;
        await ReloadAsync();
    }

    private static string Words(string kind) => kind switch
    {
        WebhookKinds.Verdict => "the machines' verdict on a file",
        WebhookKinds.Decision => "decisions of people",
        WebhookKinds.SlaWarning => "items that have waited 75 % of their time",
        WebhookKinds.SlaBreached => "items that have waited too long",
        _ => kind,
    };

    private static Look Shown(WebhookState state) => state switch
    {
        WebhookState.Delivered => new("Delivered", "check", "allow"),
        WebhookState.Failed => new("Given up", "error", "block"),
        _ => new("Waiting", "schedule", "escalate"),
    };
}
