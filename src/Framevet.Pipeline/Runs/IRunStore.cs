using System.Collections.Immutable;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// The truth about runs, seen from the pipeline. Every write raises the run's revision and returns it. All saves are idempotent (work is
/// at least once): a candidate is identified by (run, PTS).
/// </summary>
public interface IRunStore
{
    /// <summary>Adds a queued run and its media row (by SHA-256, if new).</summary>
    Task AddAsync(Run run, CancellationToken ct);

    /// <summary>The run, or null.</summary>
    Task<Run?> GetAsync(RunId id, CancellationToken ct);

    /// <summary>Runs in one of the states, oldest first.</summary>
    Task<ImmutableArray<Run>> InStatesAsync(ImmutableArray<RunState> states, CancellationToken ct);

    /// <summary>
    /// Moves the run if it stands in <paramref name="expected"/>: one conditional update. Returns the new revision, or null when somebody else
    /// was first (stop then, do not retry blindly). Also sets StartedAt, EndedAt, Attempt and heartbeat as the target demands; a state in which nobody works ends the lease.
    /// </summary>
    Task<long?> TryMoveAsync(RunId id, RunState expected, RunState target, string reason, RunFailure? failure, CancellationToken ct);

    /// <summary>Stores probed facts and the funnel, and renews the heartbeat.</summary>
    Task<long> SaveProgressAsync(RunId id, Funnel funnel, MediaFacts? media, CancellationToken ct);

    /// <summary>Inserts candidates; those already there (same run and PTS) stay as they are. Also stores the funnel in the same transaction.</summary>
    Task<long> SaveCandidatesAsync(RunId id, ImmutableArray<Candidate> batch, Funnel funnel, CancellationToken ct);

    /// <summary>All candidates of the run by rising PTS.</summary>
    Task<ImmutableArray<Candidate>> CandidatesAsync(RunId id, CancellationToken ct);

    /// <summary>Stores the outcome of selection: rank for picks; a selection loss for allowed frames that were not picked. Replaces an earlier outcome.</summary>
    Task<long> SaveSelectionAsync(RunId id, ImmutableArray<Selection.Pick> picks, ImmutableArray<(Frames.Pts Pts, Loss Loss)> losses, Funnel funnel, CancellationToken ct);

    /// <summary>Replaces the verdict of the given frames (findings stay), e.g. after a person decided. A verdict without a basis takes that of the one before.</summary>
    Task<long> SaveVerdictsAsync(RunId id, ImmutableArray<(Frames.Pts Pts, Verdict Verdict)> verdicts, CancellationToken ct);

    /// <summary>Replaces the verdict of the given frames and adds findings, e.g. after a precise backend looked.</summary>
    Task<long> SaveJudgementsAsync(RunId id, ImmutableArray<ClipChange> changes, CancellationToken ct);

    /// <summary>Replaces the gating losses of the given frames, when all frames are known; other losses stay.</summary>
    Task<long> SaveGatingAsync(RunId id, ImmutableArray<(Frames.Pts Pts, ImmutableArray<Loss> Losses)> frames, Funnel funnel, CancellationToken ct);

    /// <summary>Replaces the scene list of the run.</summary>
    Task<long> SaveScenesAsync(RunId id, ImmutableArray<Scene> scenes, CancellationToken ct);

    /// <summary>The scene list by number; empty when there is none (yet).</summary>
    Task<ImmutableArray<Scene>> ScenesAsync(RunId id, CancellationToken ct);

    /// <summary>Replaces the people of the run; each of their faces must be of a stored frame.</summary>
    Task<long> SavePeopleAsync(RunId id, ImmutableArray<Person> people, CancellationToken ct);

    /// <summary>The people by number; empty when nobody was looked for, or nobody was found (yet).</summary>
    Task<ImmutableArray<Person>> PeopleAsync(RunId id, CancellationToken ct);

    /// <summary>Deletes all candidates, scenes, people, findings and review items of the run, for a retry from the start.</summary>
    Task ClearAsync(RunId id, CancellationToken ct);

    /// <summary>
    /// Takes the run for a worker, whatever its state: one conditional update. Null when somebody else has a lease that has not run out, by the clock of the store. A node takes again what it had itself.
    /// </summary>
    Task<RunLease?> TryTakeAsync(RunId id, WorkNode node, CancellationToken ct);

    /// <summary>
    /// Takes the run whose turn it is (see <see cref="TurnRules"/>) among those that wait for a group of work and that nobody has: one conditional update, so no two nodes take the same, and no owner has more
    /// in hand than the rules allow. Null when there is none.
    /// </summary>
    Task<RunLease?> TryTakeNextAsync(string group, TurnRules rules, WorkNode node, CancellationToken ct);

    /// <summary>Says which group of work a run waits for; before that nobody takes it as the next.</summary>
    Task RouteAsync(RunId id, string group, CancellationToken ct);

    /// <summary>Nobody takes the run as the next before <paramref name="pause"/> is over, by the clock of the store.</summary>
    Task PostponeAsync(RunId id, TimeSpan pause, CancellationToken ct);

    /// <summary>Counts that act two did not come to its end; how many times by now. It begins anew with act one.</summary>
    Task<int> CountFinishTryAsync(RunId id, CancellationToken ct);

    /// <summary>Gives the run back, if the lease still counts; its token stays used.</summary>
    Task ReleaseAsync(RunLease lease, CancellationToken ct);

    /// <summary>
    /// This store for the holder of a lease: every write to the run is stored only while the lease's token is the run's last one, and renews it; otherwise it throws <see cref="LeaseLostException"/>, and a move
    /// answers null.
    /// </summary>
    IRunStore Under(RunLease lease);

    /// <summary>Runs in Running, Cancelling or Finishing whose worker's lease has run out, or that nobody has; oldest first.</summary>
    Task<ImmutableArray<Run>> OrphansAsync(CancellationToken ct);

    /// <summary>Appends a line to the run's log.</summary>
    Task LogAsync(RunId id, RunLogLevel level, string text, CancellationToken ct);
}

/// <summary>Why a run failed.</summary>
public sealed record RunFailure(FailureCode Code, string? Detail);

/// <summary>Weight of a log line.</summary>
public enum RunLogLevel
{
    /// <summary>What happened.</summary>
    Info,
    /// <summary>Something is off, the run goes on.</summary>
    Warning,
    /// <summary>The run could not go on.</summary>
    Error,
}
