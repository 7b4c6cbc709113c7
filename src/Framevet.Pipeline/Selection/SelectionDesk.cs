using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Selection;

/// <summary>Re-scoring of finished runs: try, keep as a version, make a version the run's selection, compare. Thread-safe.</summary>
public sealed class SelectionDesk(RunPorts ports, Rescoring rescoring, ISelectionStore store)
{
    private const int MostVersions = 200, MostNote = 300;

    // Pages that look at the same run share its frames; when the last one closes, they go.
    private readonly ConcurrentDictionary<RunId, WeakReference<RunFrames>> _read = new();

    /// <summary>The stored frames of a finished run, for trying. Hold on to it while trying; it goes when nobody does.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict (not finished).</exception>
    public async Task<RunFrames> OpenAsync(RunId id, Actor actor, CancellationToken ct)
    {
        var run = await MineAsync(id, actor, ct).ConfigureAwait(false);
        if (_read.TryGetValue(id, out var known) && known.TryGetTarget(out var shared) && shared.Run.Revision == run.Revision)
        {
            return shared;
        }

        var frames = (await ports.Store.CandidatesAsync(id, ct).ConfigureAwait(false)).InScenes(await ports.Store.ScenesAsync(id, ct).ConfigureAwait(false));
        var read = new RunFrames(run, frames);
        _read[id] = new WeakReference<RunFrames>(read);
        return read;
    }

    /// <summary>What a recipe's weights, gates and selector make of the frames.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public Task<Rescored> TryAsync(RunFrames frames, Recipe recipe, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return Task.Run(() => rescoring.ApplyAsync(frames.Frames, recipe, frames.Run.Funnel, ct), ct);
    }

    /// <summary>Keeps what a recipe makes of the run as a version; the run's own selection stays.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict (not finished; too many versions), InvalidRequest.</exception>
    public async Task<SelectionVersion> KeepAsync(RunId id, Recipe recipe, string note, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(actor);
        if (note.Length > MostNote)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A note has at most {MostNote} characters.");
        }

        var frames = await OpenAsync(id, actor, ct).ConfigureAwait(false);
        if ((await store.ListAsync(id, ct).ConfigureAwait(false)).Length >= MostVersions)
        {
            throw new VettingException(FailureCode.Conflict, $"A run has at most {MostVersions} versions of its selection.");
        }

        var outcome = await TryAsync(frames, recipe, ct).ConfigureAwait(false);
        var kept = await store.AddAsync(new SelectionVersion(id, 0, recipe, actor.Id, actor.Name, note.Trim(), ports.Time.GetUtcNow(), outcome.Kept, outcome.Funnel), ct).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, "selection.keep", $"{id}/{kept.Number}", null, Audited.Selected(kept), CancellationToken.None).ConfigureAwait(false);
        return kept;
    }

    /// <summary>Makes a version the run's selection. It is judged anew first, since verdicts may have changed.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict (not finished), InvalidRequest.</exception>
    public async Task<SelectionVersion> ApplyAsync(RunId id, int number, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var run = await MineAsync(id, actor, ct).ConfigureAwait(false);
        var version = await store.GetAsync(id, number, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"{run.SourceName} has no version {number} of its selection.");
        var frames = await OpenAsync(id, actor, ct).ConfigureAwait(false);
        var outcome = await TryAsync(frames, version.Recipe, ct).ConfigureAwait(false);
        var before = await CurrentAsync(id, ct).ConfigureAwait(false);
        ImmutableArray<Candidate> changed = [.. outcome.Frames.Zip(frames.Frames).Where(p => IsChanged(p.First, p.Second)).Select(p => p.First)];
        var now = ports.Time.GetUtcNow();
        version = version with { Picks = outcome.Kept, Funnel = outcome.Funnel, AppliedAt = now };
        var revision = await store.ApplyAsync(version, changed, now, ct).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, "selection.apply", $"{id}/{number}", System.Text.Json.JsonSerializer.Serialize(new { picks = before.Length }, PipelineJson.Options), Audited.Selected(version), CancellationToken.None).ConfigureAwait(false);
        await ports.Store.LogAsync(id, RunLogLevel.Info, $"{actor.Name} made version {number} the selection: {version.Picks.Length} frames.", CancellationToken.None).ConfigureAwait(false);
        ports.Events.Publish(new GatingChanged(id, revision, now, [.. changed.Select(c => c.Pts)]));
        ports.Events.Publish(new SelectionChanged(id, revision, now, version.Picks.Length));
        return version;
    }

    /// <summary>Kept versions, newest first.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<ImmutableArray<SelectionVersion>> ListAsync(RunId id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _ = actor.MustSteer(await ports.Store.GetAsync(id, ct).ConfigureAwait(false), id, "see the selections of");
        return await store.ListAsync(id, ct).ConfigureAwait(false);
    }

    /// <summary>From one version to another; 0 = the run's selection as it is.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<SelectionChange> CompareAsync(RunId id, int from, int to, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        _ = actor.MustSteer(await ports.Store.GetAsync(id, ct).ConfigureAwait(false), id, "compare the selections of");
        return SelectionChange.Between(await PicksAsync(id, from, ct).ConfigureAwait(false), await PicksAsync(id, to, ct).ConfigureAwait(false));
    }

    private async Task<ImmutableArray<VersionPick>> PicksAsync(RunId id, int number, CancellationToken ct) => number == 0
        ? await CurrentAsync(id, ct).ConfigureAwait(false)
        : (await store.GetAsync(id, number, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"There is no version {number} of the selection.")).Picks;

    private async Task<ImmutableArray<VersionPick>> CurrentAsync(RunId id, CancellationToken ct) =>
        RunFrames.Current(await ports.Store.CandidatesAsync(id, ct).ConfigureAwait(false));

    private async Task<Run> MineAsync(RunId id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var run = actor.MustSteer(await ports.Store.GetAsync(id, ct).ConfigureAwait(false), id, "select frames of");
        return run.State == RunState.Done ? run : throw new VettingException(FailureCode.Conflict, $"{run.SourceName}: frames can be selected anew once the run is done.");
    }

    private static bool IsChanged(Candidate now, Candidate before) =>
        now.Rank != before.Rank || now.PickReason != before.PickReason || !ReferenceEquals(now.Scores, before.Scores) || !now.Losses.SequenceEqual(before.Losses);
}

/// <summary>A finished run with its stored frames by rising PTS.</summary>
public sealed record RunFrames(Run Run, ImmutableArray<Candidate> Frames)
{
    /// <summary>The run's selection as it is stored.</summary>
    public ImmutableArray<VersionPick> Selected => Current(Frames);

    internal static ImmutableArray<VersionPick> Current(ImmutableArray<Candidate> frames) =>
        [.. frames.Where(f => f.Rank is not null).OrderBy(f => f.Rank).Select(f => new VersionPick(f.Pts.Value, f.Rank!.Value, f.PickReason ?? "Picked by the run."))];
}
