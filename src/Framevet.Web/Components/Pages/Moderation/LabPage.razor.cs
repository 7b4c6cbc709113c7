using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Lab;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Moderation;

/// <summary>Thresholds tried out on stored scores before they count.</summary>
public sealed partial class LabPage : PageComponent
{
    private ImmutableArray<LabSample> _samples = [];
    private ImmutableArray<(string Id, string Title, int Frames)> _labels = [];
    private ImmutableArray<LabPoint> _curve = [];
    private PolicyVersion? _policy;
    private LabBacktest? _backtest;
    private LabelBand _current = new(0, 0);
    private LabPoint _now = new(0, 0, 0, 0, 0);
    private LabPoint _then = new(0, 0, 0, 0, 0);
    private string _label = "";
    private double _wanted;
    private int _most;
    private int _judged;
    private int _unseen;
    private MissEstimate? _misses;

    [Inject]
    private LabDesk Desk { get; set; } = default!;

    [Inject]
    private PolicyDesk Policy { get; set; } = default!;

    [Inject]
    private BackendTiers Tiers { get; set; } = default!;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _samples = await Desk.SamplesAsync(Actor, ct);
        _policy = await Policy.CurrentAsync(ct);
        var said = _samples.SelectMany(s => s.Findings).Select(f => f.Label).ToHashSet(StringComparer.Ordinal);
        _judged = _samples.Count(s => s.Human is not null);
        _labels =
        [
            .. _samples.SelectMany(s => s.Findings.SelectMany(f => LabelTree.PlacesOf(f.Label).Ids).Distinct()).GroupBy(l => l)
                .Where(g => LabelTree.Find(g.Key) is { IsHarm: true })
                // What a backend says itself comes before what it is mapped to.
                .OrderByDescending(g => said.Contains(g.Key)).ThenByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, LabelTree.Find(g.Key)!.Title, g.Count())),
        ];
        if (_labels.Length > 0)
        {
            await ShowLabelAsync(_labels.Any(l => l.Id == _label) ? _label : _labels[0].Id, ct);
        }
    }

    private async Task ShowLabelAsync(string label, CancellationToken ct)
    {
        _label = label;
        _misses = await Desk.MissesAsync(label, Actor, ct);
        _current = _policy!.Document.BandOf(label, TierOf(label));
        _curve = ThresholdLab.Curve(_samples, label);
        _most = _curve.Max(p => p.Work);
        _now = ThresholdLab.At(_samples, label, _current.AllowBelow);
        Set(_current.AllowBelow);
    }

    private void Move(string? text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            Set(value);
        }
    }

    private void Set(double wanted)
    {
        _wanted = wanted;
        _then = ThresholdLab.At(_samples, _label, wanted);
        _unseen = ThresholdLab.Unseen(_samples, _label, wanted);
        _backtest = ThresholdLab.Backtest(_samples, _policy!.Document, _policy.Document with { Bands = _policy.Document.Bands.SetItem(_label, Band()) }, Tiers.Of);
    }

    private LabelBand Band() => new(_wanted, Math.Max(_wanted, _current.BlockFrom));

    private ModerationTier TierOf(string label) => _samples.SelectMany(s => s.Findings).Where(f => LabelTree.PlacesOf(f.Label).Ids.Contains(label)).Select(f => Tiers.Of(f.Backend)).DefaultIfEmpty(ModerationTier.Precise).Max();

    private string Effect()
    {
        var effect = ThresholdLab.Effect(_samples, _label, _current.AllowBelow, _wanted);
        var more = effect.More >= 0 ? $"{Formats.Count(effect.More)} more frames to review" : $"{Formats.Count(-effect.More)} fewer frames to review";
        return $"{more}, {Formats.Count(effect.Missed)} missed (now {Formats.Count(effect.MissedNow)}).";
    }

    private string Misses() => _misses switch
    {
        null or { Rate: null } => "Nothing that machines cleared was sampled yet, so nobody knows how much is missed. Set a share of cleared files to be sampled in the rules of review.",
        { Rate: { } rate } m => $"Of {Formats.Count(m.Cleared)} files that machines cleared, people looked at {Formats.Count(rate.Trials)} as samples; {Formats.Count(rate.Events)} should have been denied for this category: "
            + $"{Formats.Percent(rate.Rate)} (95 %: {Formats.Percent(rate.Low)} to {Formats.Percent(rate.High)}). That is about {Rounded(m.Missed)} files missed ({Rounded(m.MissedLow)} to {Rounded(m.MissedHigh)})"
            + (m.Recall is null ? "." : $", and with {Formats.Count(m.Found)} found a recall of about {Formats.Percent(m.Recall)} of files ({Formats.Percent(m.RecallLow)} to {Formats.Percent(m.RecallHigh)})."),
    };

    private static string Rounded(double? files) => files is { } f ? f.ToString("N0", CultureInfo.CurrentCulture) : Formats.Unknown;

    // Frames whose word comes from a label below with a band of its own do not follow this one.
    private int Elsewhere() => _samples.Count(s => s.ScoreOf(_label) is not null && s.Findings.Where(f => LabelTree.PlacesOf(f.Label).Ids.Contains(_label)).All(f => _policy!.Document.BandPlace(f.Label) is { } place && place != _label));

    private string Points(Func<LabPoint, double?> value) => string.Join(' ', _curve.Where(p => value(p) is not null)
        .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Threshold * 400:0.#},{200 - (value(p)!.Value * 200):0.#}")));

    private static string Word(Decision decision) => decision switch { Decision.Allow => "cleared", Decision.Block => "blocked", _ => "for people" };

    private async Task ApplyAsync()
    {
        if (await TryAsync(ct => Desk.ApplyAsync(_label, Band(), _policy!.Number, Actor, ct), "Saved as a new version of the policy"))
        {
            await ReloadAsync();
        }
    }
}
