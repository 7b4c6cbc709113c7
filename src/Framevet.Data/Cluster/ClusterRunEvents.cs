using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Data.Tables;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Cluster;

/// <summary>
/// News of runs on all nodes: told here at once, and to the others by the wire. Scored frames travel as a range of revisions, and each node where somebody watches reads them from the store; progress is kept nowhere. Thread-safe.
/// </summary>
internal sealed class ClusterRunEvents : IRunEvents
{
    public const string RunTopic = "run";
    public const string FramesTopic = "frames";
    public const string ProgressTopic = "progress";

    private readonly InProcessRunEvents _here = new();
    private readonly IClusterWire _wire;
    private readonly IDbContextFactory<FramevetDb> _contexts;

    public ClusterRunEvents(IClusterWire wire, IDbContextFactory<FramevetDb> contexts)
    {
        (_wire, _contexts) = (wire, contexts);
        wire.On(RunTopic, (_, body, _) => HearAsync(body));
        wire.On(ProgressTopic, (_, body, _) => HearAsync(body));
        wire.On(FramesTopic, (_, body, ct) => HearFramesAsync(body, ct));
    }

    /// <inheritdoc/>
    public void Publish(RunEvent news)
    {
        ArgumentNullException.ThrowIfNull(news);
        _here.Publish(news);
        switch (news)
        {
            case FramesScored scored:
                _wire.Post(FramesTopic, string.Create(CultureInfo.InvariantCulture, $"{scored.RunId} {scored.Revision} {scored.At.UtcTicks} {scored.Frames.Length}"));
                break;
            case RunProgressed:
                _wire.PostLoosely(ProgressTopic, Write(news));
                break;
            default:
                _wire.Post(RunTopic, Write(news));
                break;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent> WatchAsync(RunId? run, CancellationToken ct) => _here.WatchAsync(run, ct);

    internal static string Write(RunEvent news) => JsonSerializer.Serialize(news, PipelineJson.Options);

    internal static RunEvent? Read(string body) => JsonSerializer.Deserialize<RunEvent>(body, PipelineJson.Options);

    private Task HearAsync(string body)
    {
        if (Read(body) is { } news)
        {
            _here.Publish(news);
        }

        return Task.CompletedTask;
    }

    private async Task HearFramesAsync(string body, CancellationToken ct)
    {
        var parts = body.Split(' ');
        if (parts.Length != 4 || !RunId.TryParse(parts[0], out var run) || !_here.IsWatched(run))
        {
            return;
        }

        var revision = long.Parse(parts[1], CultureInfo.InvariantCulture);
        var at = new DateTimeOffset(long.Parse(parts[2], CultureInfo.InvariantCulture), TimeSpan.Zero);
        var frames = await FramesAsync(run, revision - long.Parse(parts[3], CultureInfo.InvariantCulture), revision, ct).ConfigureAwait(false);
        if (!frames.IsEmpty)
        {
            _here.Publish(new FramesScored(run, revision, at, frames));
        }
    }

    private async Task<ImmutableArray<Candidate>> FramesAsync(RunId run, long after, long upTo, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Frames.AsNoTracking().Where(f => f.RunId == run && f.Revision > after && f.Revision <= upTo).OrderBy(f => f.Pts).ToListAsync(ct).ConfigureAwait(false);
            var stamps = rows.ConvertAll(r => r.Pts);
            var findings = (await db.Findings.AsNoTracking().Where(f => f.RunId == run && stamps.Contains(f.Pts)).OrderBy(f => f.Id).ToListAsync(ct).ConfigureAwait(false)).ToLookup(f => f.Pts, f => f.ToFinding());
            return [.. rows.Select(f => f.ToCandidate([.. findings[f.Pts]]))];
        }
    }
}
