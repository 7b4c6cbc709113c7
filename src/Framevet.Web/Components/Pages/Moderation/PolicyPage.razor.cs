using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Moderation;

/// <summary>The three bands of every label: edited as a draft, looked at as a list of changes, saved as a version; earlier versions come back as new ones.</summary>
public sealed partial class PolicyPage : PageComponent
{
    private const int Versions = 50;

    private static readonly (string Key, VerdictRule? Rule, string Words)[] Rules =
    [
        ("", null, "clip: as inherited"),
        ("greatest", VerdictRule.Greatest, "clip: the worst frame decides"),
        ("agree-2", new VerdictRule(VerdictRuleKind.Agreement, 2), "clip: 2 frames must agree"),
        ("agree-2-5", new VerdictRule(VerdictRuleKind.Agreement, 2, 5), "clip: 2 of 5 in a row must agree"),
        ("agree-3", new VerdictRule(VerdictRuleKind.Agreement, 3), "clip: 3 frames must agree"),
        ("mean-3", new VerdictRule(VerdictRuleKind.Mean, 3), "clip: mean of the 3 worst frames"),
        ("mean-5", new VerdictRule(VerdictRuleKind.Mean, 5), "clip: mean of the 5 worst frames"),
    ];

    private PolicyVersion? _base;
    private PolicyDocument? _draft;
    private PolicyVersion? _compared;
    private ImmutableArray<PolicyVersion> _versions = [];
    private ImmutableArray<PolicyChange> _changes = [];
    private ImmutableArray<string> _faults = [];
    private string _note = "";
    private bool _isSaving;
    private bool _showsAll;

    [Inject]
    private PolicyDesk Desk { get; set; } = default!;

    private bool MayChange => Actor.Has(Rights.Administer);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _base = await Desk.CurrentAsync(ct);
        _versions = await Desk.VersionsAsync(Versions, ct);
        (_isSaving, _note, _compared) = (false, "", null);
        Change(_base.Document);
    }

    private void Change(PolicyDocument draft)
    {
        _draft = draft;
        _changes = PolicyChange.Between(_base!.Document, draft);
        _faults = PolicyDesk.Check(draft);
    }

    private void Switch(string label, bool on) => Change(on
        ? _draft! with { Bands = _draft.Bands.SetItem(label, _draft.BandOf(label, ModerationTier.Precise)) }
        : _draft! with { Bands = _draft.Bands.Remove(label), Rules = _draft.Rules.Remove(label) });

    private void SetRule(string label, string? key)
    {
        var rule = RulesFor(label).FirstOrDefault(r => r.Key == key).Rule;
        Change(_draft! with { Rules = rule is null ? _draft.Rules.Remove(label) : _draft.Rules.SetItem(label, rule) });
    }

    // A rule that came through the API stays choosable.
    private (string Key, VerdictRule? Rule, string Words)[] RulesFor(string label) =>
        _draft!.Rules.GetValueOrDefault(label) is { } own && Rules.All(r => r.Rule != own) ? [.. Rules, ("own", own, $"clip: {PolicyChange.Words(own)}")] : Rules;

    private IEnumerable<LabelNode> Shown() => LabelTree.All.Where(l => l.IsHarm && l.Id != ModerationLabels.Unmapped)
        .Where(l => _showsAll || l.Level == 0 || _draft!.Bands.ContainsKey(l.Id) || _base!.Document.Bands.ContainsKey(l.Id))
        .OrderBy(l => l.Id, StringComparer.Ordinal);

    private string Inherited(LabelNode label) => _draft!.BandPlace(label.Id) is { } place && LabelTree.Find(place) is { } node
        ? (LabelTree.Find(node.Parent) is { } above ? $"{above.Title} › {node.Title}" : node.Title) : "every other label";

    private async Task RollbackAsync(PolicyVersion version)
    {
        if (await TryAsync(ct => Desk.RollbackAsync(version.Number, _base!.Number, Actor, ct), $"Version {version.Number} counts again, as a new version"))
        {
            await ReloadAsync();
        }
    }

    private async Task SaveAsync()
    {
        if (await TryAsync(ct => Desk.SaveAsync(_draft!, _base!.Number, _note.Trim(), Actor, ct), "Saved as a new version"))
        {
            await ReloadAsync();
        }
    }
}
