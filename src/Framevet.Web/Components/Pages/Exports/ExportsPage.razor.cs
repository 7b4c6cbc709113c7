using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sharing;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Exports;

/// <summary>Which frames an export takes.</summary>
public enum FrameChoice
{
    /// <summary>The run's selection.</summary>
    Picks,
    /// <summary>By state and score.</summary>
    Filtered,
    /// <summary>Marked by curators.</summary>
    Marked,
    /// <summary>Picked by guests of a link.</summary>
    Guests,
}

/// <summary>The export centre of a run: what, how, and everything that was made.</summary>
public sealed partial class ExportsPage : LiveComponent
{
    private static readonly ImmutableArray<FrameState> Exportable = [FrameState.Selected, FrameState.Allowed, FrameState.Lost];

    private readonly Dictionary<Guid, double?> _fractions = [];
    private Run? _run;
    private ImmutableArray<ExportOrder> _exports = [];
    private ImmutableArray<ScoreRange> _ranges = [];
    private ImmutableArray<Share> _shares = [];
    private ImmutableHashSet<FrameState> _states = [FrameState.Selected, FrameState.Allowed];
    private FrameChoice _choice;
    private string _score = "";
    private double? _low, _high;
    private Guid? _share;
    private int? _count;
    private int _marked;
    private PartSpec? _exporter;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    /// <summary>A link whose picks are to be exported.</summary>
    [SupplyParameterFromQuery(Name = "share")]
    public string? ShareId { get; set; }

    [Inject]
    private RunQuery Query { get; set; } = default!;

    [Inject]
    private FramesQuery Frames { get; set; } = default!;

    [Inject]
    private ExportDesk Desk { get; set; } = default!;

    [Inject]
    private ExportChooser Chooser { get; set; } = default!;

    [Inject]
    private IFrameRatings Ratings { get; set; } = default!;

    [Inject]
    private ShareDesk Shares { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    protected override object LoadKey => (Id, ShareId);

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    private bool MayExport => _run is { State: RunState.AwaitingReview or RunState.Finishing or RunState.Done } && RunAccess.MayDownload(_run, Actor);

    private IEnumerable<FrameChoice> Choices =>
    [
        FrameChoice.Picks, FrameChoice.Filtered, .. _marked > 0 ? [FrameChoice.Marked] : Array.Empty<FrameChoice>(), .. _shares.IsEmpty ? Array.Empty<FrameChoice>() : [FrameChoice.Guests],
    ];

    private ExportWhat? What => _choice switch
    {
        FrameChoice.Filtered => new ExportWhat([.. _states.Order()], _score.Length == 0 || (_low, _high) is (null, null) ? null : ImmutableSortedDictionary<string, ScoreBounds>.Empty.Add(_score, new ScoreBounds(_low, _high))),
        FrameChoice.Marked => new ExportWhat(Marked: true),
        FrameChoice.Guests => new ExportWhat(Share: _share ?? Guid.Empty),
        _ => null,
    };

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var details = Watched is { } id ? await Query.GetAsync(id, ct) : null;
        if (details is null || !RunAccess.MaySee(details.Run, Actor))
        {
            throw new VettingException(FailureCode.NotFound, "There is no such run, or it belongs to somebody else.");
        }

        var isFirst = _run?.Id != details.Run.Id;
        (_run, _exports) = (details.Run, details.Exports);
        if (!MayExport)
        {
            return;
        }

        if (isFirst)
        {
            _exporter = _run.Recipe.Exporters.FirstOrDefault();
            _ranges = await Frames.RangesAsync(_run.Id, 1, ct);
            _shares = [.. (await Shares.ListAsync(_run.Id, Actor, ct)).Where(s => s.MayPick)];
            _share = Guid.TryParse(ShareId, out var wanted) && _shares.Any(s => s.Id == wanted) ? wanted : _shares.FirstOrDefault()?.Id;
            _choice = ShareId is { Length: > 0 } && !_shares.IsEmpty ? FrameChoice.Guests : _choice;
        }

        _marked = (await Ratings.OfAsync(_run.Id, ct)).Count(r => r.Value.Mark is true);
        await CountAsync(ct);
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        switch (news)
        {
            case ExportChanged { Fraction: { } fraction } export when _fractions.ContainsKey(export.ExportId) && export.State == nameof(ExportState.Running):
                _fractions[export.ExportId] = fraction;
                return NewsEffect.Render;
            case ExportChanged export:
                _fractions[export.ExportId] = export.Fraction;
                return NewsEffect.Refresh;
            case RunStateChanged or SelectionChanged or VerdictsChanged or ShareChanged:
                return NewsEffect.Refresh;
            default:
                return NewsEffect.Ignore;
        }
    }

    private async Task CountAsync(CancellationToken ct)
    {
        try
        {
            _count = What is null ? _run!.Funnel.Selected : (await Chooser.ChooseAsync(_run!, What, Actor, ct))?.Length;
        }
        catch (VettingException)
        {
            // Nothing, or more than one export may have: neither can be made.
            _count = null;
        }
    }

    private Task ChooseAsync(FrameChoice choice)
    {
        _choice = choice;
        return CountAsync(Stopping);
    }

    private Task SwitchAsync(FrameState state)
    {
        var without = _states.Remove(state);
        _states = without == _states ? _states.Add(state) : without;
        return CountAsync(Stopping);
    }

    private Task SetScoreAsync(string? score)
    {
        _score = score ?? "";
        _low = _ranges.FirstOrDefault(r => r.Score == _score) is { } range ? Math.Round(range.Min, 2) : null;
        _high = null;
        return CountAsync(Stopping);
    }

    private Task SetLowAsync(string? text)
    {
        _low = Number(text);
        return CountAsync(Stopping);
    }

    private Task SetHighAsync(string? text)
    {
        _high = Number(text);
        return CountAsync(Stopping);
    }

    private Task SetShareAsync(string? text)
    {
        _share = Guid.TryParse(text, out var id) ? id : null;
        return CountAsync(Stopping);
    }

    private async Task StartAsync()
    {
        if (await TryAsync(async ct => await Desk.RequestAsync(_run!.Id, await Chooser.ChooseAsync(_run, What, Actor, ct), _exporter, Actor, ct), "The file is being made"))
        {
            await ReloadAsync();
        }
    }

    private async Task RepeatAsync(ExportOrder export)
    {
        if (await TryAsync(ct => Desk.RepeatAsync(export.Id, Actor, ct), "The file is being made again"))
        {
            await ReloadAsync();
        }
    }

    private async Task RemoveAsync(ExportOrder export)
    {
        if (await TryAsync(ct => Desk.RemoveAsync(export.Id, Actor, ct), "The file was removed; it can be made again"))
        {
            await ReloadAsync();
        }
    }

    private string TitleOf(string score) => Catalog.Metrics.FirstOrDefault(m => m.Id == score)?.Title ?? score;

    private string TitleOf(ExportOrder export) => (export.Exporter ?? _run?.Recipe.Exporters.FirstOrDefault()) is { } spec ? Catalog.Parts.FirstOrDefault(p => p.Kind == PartKind.Exporter && p.Id == spec.Id)?.Title ?? spec.Id : "Export";

    private static string Word(FrameChoice choice) => choice switch
    {
        FrameChoice.Picks => "The picks",
        FrameChoice.Filtered => "By state and score",
        FrameChoice.Marked => "Marked by curators",
        _ => "Picked by guests",
    };

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
