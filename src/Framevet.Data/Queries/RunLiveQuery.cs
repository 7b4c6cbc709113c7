using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Queries;

/// <summary>The Run page while the run works: read once for all who watch it at the same time. Thread-safe.</summary>
public sealed class RunLiveQuery
{
    /// <summary>So many of the best frames.</summary>
    public const int BestFrames = 24;

    private static readonly ImmutableArray<FrameState> Standing = [FrameState.Selected, FrameState.Allowed, FrameState.Pending];

    private readonly RunQuery _runs;
    private readonly FramesQuery _frames;
    private readonly SharedReading<RunId, RunLive?> _live;
    private readonly SharedReading<(RunId Run, string Score, int Points), ImmutableArray<CurvePoint>> _curves;

    /// <summary>Reads through the two queries.</summary>
    public RunLiveQuery(RunQuery runs, FramesQuery frames)
    {
        (_runs, _frames) = (runs, frames);
        _live = new(ReadAsync);
        _curves = new(key => frames.CurveAsync(key.Run, key.Score, key.Points, CancellationToken.None));
    }

    /// <summary>The run with its best frames by quality; lost and blocked ones only when there is nothing better. Null when there is no such run.</summary>
    public Task<RunLive?> GetAsync(RunId run, CancellationToken ct) => _live.GetAsync(run, ct);

    /// <summary>One score over time, as <see cref="FramesQuery.CurveAsync"/>.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: not a score id.</exception>
    public Task<ImmutableArray<CurvePoint>> CurveAsync(RunId run, string score, int maxPoints, CancellationToken ct) => _curves.GetAsync((run, score, maxPoints), ct);

    private async Task<RunLive?> ReadAsync(RunId run)
    {
        if (await _runs.GetAsync(run, CancellationToken.None).ConfigureAwait(false) is not { } details)
        {
            return null;
        }

        var all = new FramesFilter(run, Sort: "quality", Descending: true);
        var standing = await _frames.PageAsync(all with { States = Standing }, 0, BestFrames, CancellationToken.None).ConfigureAwait(false);
        var page = await _frames.PageAsync(all, 0, standing.Total > 0 ? 1 : BestFrames, CancellationToken.None).ConfigureAwait(false);
        return new RunLive(details, standing.Total > 0 ? standing.Rows : page.Rows, page.Total);
    }
}

/// <summary>A run, its best frames, best first, and the number of all its frames.</summary>
public sealed record RunLive(RunDetails Details, ImmutableArray<FrameRow> Best, int Total);
