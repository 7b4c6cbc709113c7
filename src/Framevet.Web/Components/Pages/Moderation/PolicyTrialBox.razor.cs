using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Framevet.Web.Components.Pages.Moderation;

/// <summary>Tries a picture against the saved policy and the draft. What backends saw stays in the page alone.</summary>
public sealed partial class PolicyTrialBox : ComponentBase, IAsyncDisposable
{
    private const int MostLabels = 12;

    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private ElementReference _input;
    private ElementReference _area;
    private IJSObjectReference? _module;
    private DotNetObjectReference<PolicyTrialBox>? _self;
    private ImmutableArray<TrialBackend> _backends = [];
    private ImmutableArray<TrialAnswer> _answers = [];
    private string? _name;
    private string? _trouble;
    private bool _isLooking;

    /// <summary>What counts now.</summary>
    [Parameter, EditorRequired]
    public required PolicyVersion Saved { get; set; }

    /// <summary>What it is compared with.</summary>
    [Parameter, EditorRequired]
    public required PolicyDocument Draft { get; set; }

    /// <summary>Who looks.</summary>
    [Parameter, EditorRequired]
    public required Actor Actor { get; set; }

    [Inject]
    private PolicyTrial Trial { get; set; } = default!;

    [Inject]
    private IJSRuntime Js { get; set; } = default!;

    private bool MayAsk => Actor.Has(Rights.Lead);

    private bool IsChanged => !Draft.Equals(Saved.Document);

    private IEnumerable<TrialBackend> Services => _backends.Where(b => b.IsOnRequest && b.WhyNotReady is null);

    /// <summary>Called by trial.js when a picture is on its way; answers the services that are to be asked.</summary>
    [JSInvokable]
    public string OnTrying(string name)
    {
        (_name, _isLooking, _trouble, _answers) = (name, true, null, []);
        var services = string.Join(',', _named);

        // Each picture is a purchase of its own.
        _named.Clear();
        StateHasChanged();
        return services;
    }

    /// <summary>Called by trial.js with the answer of the API.</summary>
    [JSInvokable]
    public void OnTried(string json)
    {
        _isLooking = false;
        _answers = [.. JsonSerializer.Deserialize<TrialBody>(json, PipelineJson.Options)!.Answers.Select(r => r.Answer)];
        StateHasChanged();
    }

    /// <summary>Called by trial.js when there was trouble.</summary>
    [JSInvokable]
    public void OnTrouble(string sentence)
    {
        (_isLooking, _trouble) = (false, sentence);
        StateHasChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _module.LeaveAsync("detach", _input);
        _self?.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => _backends = Trial.Backends();

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/trial.js");
            await _module.InvokeVoidAsync("attach", _input, _area, WebPaths.PolicyTrial, _self);
        }
    }

    private void Name(string service, bool isNamed)
    {
        if (isNamed)
        {
            _named.Add(service);
        }
        else
        {
            _named.Remove(service);
        }
    }

    private PolicySnapshot Of(PolicyDocument document) => new(Saved.Number, document);

    private static Look Word(Verdict verdict) => verdict.Decision switch
    {
        Decision.Allow => new("Cleared", "check_circle", "allow"),
        Decision.Block => new("Blocked", "block", "block"),
        _ => new("A person looks", "visibility", "escalate"),
    };

    private static string Band(Finding finding, TrialAnswer answer, PolicyDocument policy)
    {
        var band = PolicyTrial.BandOf(finding, answer.Backend.Tier, policy);
        var limits = string.Create(CultureInfo.CurrentCulture, $"{band.AllowBelow:0.##} / {(band.BlockFrom > 1 ? "never" : band.BlockFrom.ToString("0.##", CultureInfo.CurrentCulture))}");
        return band.Name switch { BandName.Clear => $"clear ({limits})", BandName.Block => $"block ({limits})", _ => $"human ({limits})" };
    }

    private static string Money(decimal dollars) => "$" + dollars.ToString(dollars is > 0 and < 1 ? "0.0###" : "N2", CultureInfo.CurrentCulture);
}
