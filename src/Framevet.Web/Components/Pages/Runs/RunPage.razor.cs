using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Runs;

/// <summary>One run, live.</summary>
public sealed partial class RunPage : LiveComponent
{
    private const int CurvePoints = 1200;
    private const int LogLines = 500;
    private static readonly TimeSpan CurveEvery = TimeSpan.FromSeconds(2);

    private readonly Dictionary<Guid, double?> _exports = [];
    private RunDetails? _details;
    private RunProgressed? _progress;
    private ImmutableArray<FrameRow> _best = [];
    private ImmutableArray<CurvePoint> _curve = [];
    private ImmutableArray<SceneRow> _scenes = [];
    private ImmutableArray<MetricSpec> _scores = [];
    private ImmutableArray<RunLogLine> _log = [];
    private string _score = "quality";
    private string _announcement = "";
    private int _total;
    private DateTimeOffset _curveAt;
    private bool _hasNewScenes;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [Inject]
    private RunQuery Query { get; set; } = default!;

    [Inject]
    private RunLiveQuery Live { get; set; } = default!;

    [Inject]
    private ScenesQuery Scenes { get; set; } = default!;

    [Inject]
    private RunDesk Desk { get; set; } = default!;

    [Inject]
    private ExportDesk Exporter { get; set; } = default!;

    [Inject]
    private RetentionDesk Retention { get; set; } = default!;

    [Inject]
    private PartCatalog Catalog { get; set; } = default!;

    protected override object LoadKey => Id;

    // Readings are shared by all viewers, so many of them may be this quick.
    protected override TimeSpan RefreshEvery => TimeSpan.FromMilliseconds(200);

    protected override RunId? Watched => RunId.TryParse(Id, out var id) ? id : default(RunId);

    private static VettingException Missing => new(FailureCode.NotFound, "There is no such run, or it belongs to somebody else.");

    private bool MayChange => _details is not null && (_details.Run.OwnerId == Actor.Id || Actor.Has(Rights.Administer));

    private bool MaySteer => _details is not null && (MayChange || Actor.Has(Rights.Curate));

    private bool MayDownload => _details is not null && RunAccess.MayDownload(_details.Run, Actor);

    // Progress is newer than the stored funnel while the run works; afterwards the store is the truth.
    private Funnel Funnel => _progress is not null && _details!.Run.State is RunState.Running && _progress.Funnel.Decoded > _details.Run.Funnel.Decoded
        ? _progress.Funnel
        : _details!.Run.Funnel;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (_details is not null && _details.Run.Id.ToString() != Id)
        {
            (_details, _progress, _best, _curve, _scenes, _log, _curveAt) = (null, null, [], [], [], [], default);
        }

        var live = Watched is { } id ? await Live.GetAsync(id, ct) : null;
        var details = live?.Details;
        if (live is null || details is null || !RunAccess.MaySee(details.Run, Actor))
        {
            throw Missing;
        }

        if (_details is not null && _details.Run.State != details.Run.State)
        {
            _announcement = $"{Look.Of(details.Run.State).Word}. {details.Run.Reason}";
        }

        _details = details;
        (_best, _total) = (live.Best, live.Total);
        await AddLogAsync(details, ct);
        await LoadCurveAsync(force: details.Run.State is not RunState.Running || _hasNewScenes, ct);
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        switch (news)
        {
            case RunProgressed progress:
                _progress = progress;
                return NewsEffect.Render;
            case ScenesChanged:
                _hasNewScenes = true;
                return NewsEffect.Refresh;
            case ExportChanged export:
                _exports[export.ExportId] = export.Fraction;
                return NewsEffect.Refresh;
            default:
                return NewsEffect.Refresh;
        }
    }

    // The lines that came with the run mostly reach back to the last one shown.
    private async Task AddLogAsync(RunDetails details, CancellationToken ct)
    {
        var last = _log.Length == 0 ? 0 : _log[^1].Id;
        ImmutableArray<RunLogLine> more = _log.Length == 0 || details.Log is [{ Id: var first }, ..] && first <= last
            ? [.. details.Log.Where(l => l.Id > last)]
            : await Query.LogAsync(details.Run.Id, last, LogLines, ct);
        _log = more.IsEmpty ? _log : [.. _log.AddRange(more).TakeLast(LogLines)];
    }

    private async Task LoadCurveAsync(bool force, CancellationToken ct)
    {
        var now = Clock.GetUtcNow();
        if (!force && now - _curveAt < CurveEvery)
        {
            return;
        }

        (_curveAt, _hasNewScenes) = (now, false);
        var scenes = await Scenes.GetAsync(_details!.Run.Id, ct);
        _scenes = scenes.SequenceEqual(_scenes) ? _scenes : scenes;
        var measured = _best.SelectMany(f => f.Scores.Keys).ToHashSet();
        _scores = [.. Catalog.Metrics.Where(m => measured.Contains(m.Id))];
        if (_scores.Length > 0 && !measured.Contains(_score))
        {
            _score = _scores[0].Id;
        }

        _curve = await Live.CurveAsync(_details.Run.Id, _score, CurvePoints, ct);
    }

    private async Task ChooseScoreAsync(string? score)
    {
        _score = score ?? _score;
        await LoadCurveAsync(force: true, Stopping);
    }

    private void OpenFrame(long pts) => Navigation.NavigateTo($"runs/{Id}/frames/{pts}");

    private async Task KeepAsync(bool isKept)
    {
        if (await TryAsync(ct => Retention.KeepAsync(_details!.Run.Id, isKept, Actor, ct), isKept ? "Everything of this run is kept" : "The rules of this server count again"))
        {
            await ReloadAsync();
        }
    }

    private async Task HoldAsync(string? note)
    {
        if (await TryAsync(ct => Retention.HoldAsync(_details!.Run.Id, note is not null, note, Actor, ct), note is null ? "The legal hold is lifted" : "Everything of this run is held"))
        {
            await ReloadAsync();
        }
    }

    private Task<bool> CancelAsync() => TryAsync(ct => Desk.CancelAsync(_details!.Run.Id, Actor, ct));

    private async Task RetryAsync()
    {
        if (await TryAsync(ct => Desk.RetryAsync(_details!.Run.Id, Actor, ct)))
        {
            _progress = null;
            await ReloadAsync();
        }
    }

    private async Task ExportAsync(PartSpec? exporter)
    {
        if (await TryAsync(ct => Exporter.RequestAsync(_details!.Run.Id, null, exporter, Actor, ct), "The file is being made"))
        {
            await ReloadAsync();
        }
    }
}
