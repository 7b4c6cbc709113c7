using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Framevet.Data.Stores;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>What the gallery shows of a run: which frames in which order, how many each choice would show, stacks, and rows of those near the window.</summary>
public sealed class GalleryQuery(IDbContextFactory<FramevetDb> contexts, RunColumnsCache cache, ScenesQuery scenes, MarkStore marks)
{
    // Somebody's filter is usually everybody's: a hundred thousand stamps are not kept once for each of them.
    private static readonly JsonSerializerOptions KeyJson = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly SharedAnswers<GalleryLook> _looks = new();
    private readonly SharedAnswers<ImmutableArray<long>[]> _stacks = new();

    /// <summary>Frames that match, in order, with live counts; histograms have <paramref name="bins"/> bins.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort or bound that cannot be a score id.</exception>
    public async Task<GalleryLook> LookAsync(FramesFilter filter, int bins, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var columns = await cache.GetAsync(filter.Run, ct).ConfigureAwait(false);
        var key = Key(columns, filter, bins);
        return _looks.Find(key) ?? _looks.Share(key, await MakeAsync(columns, filter, bins, ct).ConfigureAwait(false));
    }

    /// <summary>PTS of the frames that match, in order.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort or bound that cannot be a score id.</exception>
    public async Task<ImmutableArray<long>> OrderAsync(FramesFilter filter, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var columns = await cache.GetAsync(filter.Run, ct).ConfigureAwait(false);
        var sets = await SetsAsync(columns, filter, ct).ConfigureAwait(false);
        return [.. new FrameSieve(columns, filter, sets).Matching().Select(i => columns.Pts[i])];
    }

    /// <summary>How many frames match; for a preview while a slider moves.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort or bound that cannot be a score id.</exception>
    public async Task<int> CountAsync(FramesFilter filter, CancellationToken ct) => (await OrderAsync(filter with { Sort = "pts" }, ct).ConfigureAwait(false)).Length;

    /// <summary>The columns of a run as they are now.</summary>
    public Task<RunColumns> ColumnsAsync(RunId run, CancellationToken ct) => cache.GetAsync(run, ct);

    /// <summary>Rows of some frames with their marks, by PTS; frames that are not there are left out.</summary>
    public async Task<ImmutableDictionary<long, MarkedFrame>> RowsAsync(RunId run, ImmutableArray<long> frames, CancellationToken ct)
    {
        var stamps = frames.ToArray();
        var marked = await marks.OfAsync(run, frames, ct).ConfigureAwait(false);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Frames.AsNoTracking().Where(f => f.RunId == run && EF.Parameter(stamps).Contains(f.Pts)).ToListAsync(ct).ConfigureAwait(false);
            return rows.ToImmutableDictionary(f => f.Pts, f => new MarkedFrame(Tables.FrameMapping.ToRow(f), marked.GetValueOrDefault(f.Pts)));
        }
    }

    /// <summary>
    /// Stacks of near duplicates among the frames that match, by time: each with its best frame first. <paramref name="maxDistance"/> 0..64 between fingerprints.
    /// </summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: a sort or bound that cannot be a score id.</exception>
    public async Task<ImmutableArray<ImmutableArray<long>>> StacksAsync(FramesFilter filter, string score, bool higherIsBetter, int maxDistance, bool acrossScenes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        FrameOrder.CheckScore(score);
        var columns = await cache.GetAsync(filter.Run, ct).ConfigureAwait(false);
        var key = Key(columns, filter, score, higherIsBetter, maxDistance, acrossScenes);
        return ImmutableCollectionsMarshal.AsImmutableArray(
            _stacks.Find(key) ?? _stacks.Share(key, Stacks(columns, await SetsAsync(columns, filter, ct).ConfigureAwait(false), filter, score, higherIsBetter, maxDistance, acrossScenes)));
    }

    private static ImmutableArray<long>[] Stacks(RunColumns columns, SieveSets sets, FramesFilter filter, string score, bool higherIsBetter, int maxDistance, bool acrossScenes)
    {
        var places = new FrameSieve(columns, filter with { Sort = "pts", Descending = false }, sets).Matching();
        var values = columns.Scores.GetValueOrDefault(score);
        var frames = new StackFrame[places.Length];
        for (var i = 0; i < frames.Length; i++)
        {
            var at = places[i];
            frames[i] = new StackFrame(columns.Pts[at], columns.Fingerprints[at], sets.SceneOf(at), values.IsDefault ? double.NaN : higherIsBetter ? values[at] : -values[at]);
        }

        return [.. FrameStacks.Find(frames, maxDistance, acrossScenes).Select(s => s.Select(i => frames[i].Pts).ToImmutableArray())];
    }

    /// <summary>Labels that backends saw, with the number of frames; only for people who may review.</summary>
    public async Task<ImmutableSortedDictionary<string, int>> LabelsAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var counts = await db.Findings.Where(f => f.RunId == run).GroupBy(f => f.Label).Select(g => new { g.Key, Count = g.Select(f => f.Pts).Distinct().Count() }).ToListAsync(ct).ConfigureAwait(false);
            return counts.ToImmutableSortedDictionary(c => c.Key, c => c.Count, StringComparer.Ordinal);
        }
    }

    private async Task<GalleryLook> MakeAsync(RunColumns columns, FramesFilter filter, int bins, CancellationToken ct)
    {
        var sets = await SetsAsync(columns, filter, ct).ConfigureAwait(false);
        var (places, facets) = new FrameSieve(columns, filter, sets).Facets(bins);
        var isWhole = places.Length == columns.Count && filter is { Sort: "pts", Descending: false };
        return new GalleryLook(columns, isWhole ? columns.Pts : [.. places.Select(i => columns.Pts[i])], facets, sets.Scenes);
    }

    private static string Key(RunColumns columns, FramesFilter filter, params ReadOnlySpan<object> more) =>
        string.Create(CultureInfo.InvariantCulture, $"{columns.Run} {columns.Revision} {string.Join(' ', more!)} {JsonSerializer.Serialize(filter, KeyJson)}");

    private async Task<SieveSets> SetsAsync(RunColumns columns, FramesFilter filter, CancellationToken ct)
    {
        var list = await scenes.GetAsync(filter.Run, ct).ConfigureAwait(false);
        var (person, label) = (FrozenSet<long>.Empty, FrozenSet<long>.Empty);
        if (filter.Person is not null || !filter.Labels.IsEmpty)
        {
            var labels = filter.Labels.ToArray();
            var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                person = filter.Person is not { } number ? person
                    : (await db.PersonFaces.Where(f => f.RunId == filter.Run && f.Person == number).Select(f => f.Pts).Distinct().ToListAsync(ct).ConfigureAwait(false)).ToFrozenSet();
                label = labels.Length == 0 ? label
                    : (await db.Findings.Where(f => f.RunId == filter.Run && EF.Parameter(labels).Contains(f.Label)).Select(f => f.Pts).Distinct().ToListAsync(ct).ConfigureAwait(false)).ToFrozenSet();
            }
        }

        return SieveSets.Of(columns, list, person, label);
    }
}

/// <summary>What the gallery shows: <paramref name="Order"/> is the PTS of each matching frame.</summary>
public sealed record GalleryLook(RunColumns Columns, ImmutableArray<long> Order, FrameFacets Facets, ImmutableArray<SceneRow> Scenes);

/// <summary>A frame in a list, and what people marked on it; null when nobody did.</summary>
public sealed record MarkedFrame(FrameRow Row, FrameMark? Mark);
