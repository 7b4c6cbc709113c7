using System.Collections.Immutable;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Runs;

/// <summary>The truth about runs for as long as the process lives: for the command line and for tests. Thread-safe.</summary>
public sealed class MemoryRunStore(TimeProvider time) : IRunStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RunId, Entry> _runs = [];

    /// <inheritdoc/>
    public Task AddAsync(Run run, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        lock (_gate)
        {
            _runs.Add(run.Id, new Entry { Run = run });
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Run?> GetAsync(RunId id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_runs.GetValueOrDefault(id)?.Run);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Run>> InStatesAsync(ImmutableArray<RunState> states, CancellationToken ct) =>
        Task.FromResult(Find(e => states.Contains(e.Run.State)));

    /// <inheritdoc/>
    public Task<long?> TryMoveAsync(RunId id, RunState expected, RunState target, string reason, RunFailure? failure, CancellationToken ct)
    {
        lock (_gate)
        {
            if (_runs.GetValueOrDefault(id) is not { } entry || entry.Run.State != expected)
            {
                return Task.FromResult<long?>(null);
            }

            var now = time.GetUtcNow();
            var isPickUp = target == RunState.Running;
            var isWorked = target is RunState.Running or RunState.Finishing or RunState.Cancelling;
            entry.Until = isWorked ? entry.Until : null;
            entry.FinishTries = isPickUp ? 0 : entry.FinishTries;
            entry.Run = entry.Run with
            {
                State = target,
                Worker = isWorked ? entry.Run.Worker : null,
                Reason = reason,
                Failure = failure?.Code,
                FailureDetail = failure?.Detail,
                Attempt = entry.Run.Attempt + (isPickUp ? 1 : 0),
                StartedAt = entry.Run.StartedAt ?? (isPickUp ? now : null),
                EndedAt = target.IsFinal() ? now : null,
                Revision = entry.Run.Revision + 1,
            };
            return Task.FromResult<long?>(entry.Run.Revision);
        }
    }

    /// <inheritdoc/>
    public Task<long> SaveProgressAsync(RunId id, Funnel funnel, MediaFacts? media, CancellationToken ct) =>
        Task.FromResult(Write(id, e => e.Run = e.Run with { Funnel = funnel, Media = media ?? e.Run.Media }));

    /// <inheritdoc/>
    public Task<long> SaveCandidatesAsync(RunId id, ImmutableArray<Candidate> batch, Funnel funnel, CancellationToken ct) =>
        Task.FromResult(Write(id, e =>
        {
            foreach (var frame in batch)
            {
                e.Frames.TryAdd(frame.Pts, frame);
            }

            e.Run = e.Run with { Funnel = funnel };
        }));

    /// <inheritdoc/>
    public Task<ImmutableArray<Candidate>> CandidatesAsync(RunId id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_runs.GetValueOrDefault(id)?.Frames.Values.ToImmutableArray() ?? []);
        }
    }

    /// <inheritdoc/>
    public Task<long> SaveSelectionAsync(RunId id, ImmutableArray<Pick> picks, ImmutableArray<(Pts Pts, Loss Loss)> losses, Funnel funnel, CancellationToken ct) =>
        Task.FromResult(Write(id, e =>
        {
            foreach (var frame in e.Frames.Values.ToArray())
            {
                var pick = picks.FirstOrDefault(p => p.Candidate.Pts == frame.Pts);
                e.Frames[frame.Pts] = frame with
                {
                    Rank = pick?.Rank,
                    PickReason = pick?.Reason,
                    Losses = [.. frame.Losses.Where(l => l.Stage != LossStage.Selection), .. losses.Where(l => l.Pts == frame.Pts).Select(l => l.Loss)],
                };
            }

            e.Run = e.Run with { Funnel = funnel };
        }));

    /// <inheritdoc/>
    public Task<long> SaveVerdictsAsync(RunId id, ImmutableArray<(Pts Pts, Verdict Verdict)> verdicts, CancellationToken ct) =>
        Task.FromResult(Write(id, e =>
        {
            foreach (var (pts, verdict) in verdicts)
            {
                Judge(e, pts, verdict, []);
            }
        }));

    /// <inheritdoc/>
    public Task<long> SaveJudgementsAsync(RunId id, ImmutableArray<ClipChange> changes, CancellationToken ct) =>
        Task.FromResult(Write(id, e =>
        {
            foreach (var change in changes)
            {
                Judge(e, change.Pts, change.Verdict, change.Added);
            }
        }));

    /// <inheritdoc/>
    public Task<long> SaveGatingAsync(RunId id, ImmutableArray<(Pts Pts, ImmutableArray<Loss> Losses)> frames, Funnel funnel, CancellationToken ct) =>
        Task.FromResult(Write(id, e =>
        {
            foreach (var (pts, losses) in frames)
            {
                e.Frames[pts] = e.Frames[pts] with { Losses = [.. losses, .. e.Frames[pts].Losses.Where(l => l.Stage != LossStage.Gating)] };
            }

            e.Run = e.Run with { Funnel = funnel };
        }));

    /// <inheritdoc/>
    public Task<long> SaveScenesAsync(RunId id, ImmutableArray<Scene> scenes, CancellationToken ct) =>
        Task.FromResult(Write(id, e => e.Scenes = scenes));

    /// <inheritdoc/>
    public Task<ImmutableArray<Scene>> ScenesAsync(RunId id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_runs.GetValueOrDefault(id)?.Scenes ?? []);
        }
    }

    /// <inheritdoc/>
    public Task<long> SavePeopleAsync(RunId id, ImmutableArray<Person> people, CancellationToken ct) =>
        Task.FromResult(Write(id, e => e.People = people));

    /// <inheritdoc/>
    public Task<ImmutableArray<Person>> PeopleAsync(RunId id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_runs.GetValueOrDefault(id)?.People ?? []);
        }
    }

    /// <inheritdoc/>
    public Task ClearAsync(RunId id, CancellationToken ct)
    {
        Write(id, e =>
        {
            e.Frames.Clear();
            e.Scenes = [];
            e.People = [];
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Run>> OrphansAsync(CancellationToken ct) =>
        Task.FromResult(Find(e => (e.Run.State is RunState.Running or RunState.Cancelling && e.Until is null) || (e.Run.State is RunState.Running or RunState.Cancelling or RunState.Finishing && e.Until < time.GetUtcNow())));

    /// <inheritdoc/>
    public Task<RunLease?> TryTakeAsync(RunId id, WorkNode node, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(node);
        lock (_gate)
        {
            if (_runs.GetValueOrDefault(id) is not { } entry || (entry.Until >= time.GetUtcNow() && entry.Run.Worker != node.Id))
            {
                return Task.FromResult<RunLease?>(null);
            }

            entry.Until = time.GetUtcNow() + node.Lease;
            entry.Run = entry.Run with { Worker = node.Id };
            return Task.FromResult<RunLease?>(new RunLease(id, node.Id, ++entry.Token, node.Lease));
        }
    }

    /// <inheritdoc/>
    public Task<RunLease?> TryTakeNextAsync(string group, TurnRules rules, WorkNode node, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(rules);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var next = rules.Next(
                _runs.Values.Where(e => e.Run.State is RunState.Queued or RunState.Finishing && e.Group == group && !(e.Until >= now) && !(e.NotBefore > now)).Select(e => e.Run),
                owner => _runs.Values.Count(e => e.Run.OwnerId == owner && e.Until >= now),
                owner => _runs.Values.Where(e => e.Run.OwnerId == owner).Max(e => e.Run.StartedAt),
                now);
            return next is null ? Task.FromResult<RunLease?>(null) : TryTakeAsync(next.Id, node, ct);
        }
    }

    /// <inheritdoc/>
    public Task RouteAsync(RunId id, string group, CancellationToken ct)
    {
        lock (_gate)
        {
            _runs[id].Group = group;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task PostponeAsync(RunId id, TimeSpan pause, CancellationToken ct)
    {
        lock (_gate)
        {
            _runs[id].NotBefore = time.GetUtcNow() + pause;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> CountFinishTryAsync(RunId id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(++_runs[id].FinishTries);
        }
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(RunLease lease, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_gate)
        {
            if (_runs[lease.Run] is { } entry && entry.Token == lease.Token)
            {
                entry.Until = null;
                entry.Run = entry.Run with { Worker = null };
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IRunStore Under(RunLease lease) => new LeasedMemory(this, lease);

    /// <summary>Does the work while the lease counts, and renews it.</summary>
    internal T Leased<T>(RunLease lease, Func<T> work, T? refused = default)
        where T : notnull
    {
        lock (_gate)
        {
            if (_runs[lease.Run] is not { } entry || entry.Token != lease.Token)
            {
                return refused ?? throw new LeaseLostException(lease);
            }

            entry.Until = time.GetUtcNow() + lease.Length;
            return work();
        }
    }

    /// <inheritdoc/>
    public Task LogAsync(RunId id, RunLogLevel level, string text, CancellationToken ct)
    {
        lock (_gate)
        {
            _runs[id].Log.Add((level, text));
        }

        return Task.CompletedTask;
    }

    /// <summary>The run's log so far.</summary>
    public ImmutableArray<(RunLogLevel Level, string Text)> LogOf(RunId id)
    {
        lock (_gate)
        {
            return [.. _runs[id].Log];
        }
    }

    private ImmutableArray<Run> Find(Func<Entry, bool> wanted)
    {
        lock (_gate)
        {
            return [.. _runs.Values.Where(wanted).Select(e => e.Run).OrderBy(r => r.CreatedAt)];
        }
    }

    private static void Judge(Entry entry, Pts pts, Verdict verdict, ImmutableArray<Finding> added)
    {
        var before = entry.Frames[pts].Judgement;
        entry.Frames[pts] = entry.Frames[pts] with
        {
            Judgement = new Judgement(verdict with { Basis = verdict.Basis ?? before?.Verdict.Basis }, [.. before?.Findings ?? [], .. added]),
        };
    }

    private long Write(RunId id, Action<Entry> change)
    {
        lock (_gate)
        {
            var entry = _runs[id];
            change(entry);
            entry.Run = entry.Run with { Revision = entry.Run.Revision + 1 };
            return entry.Run.Revision;
        }
    }

    private sealed class Entry
    {
        public required Run Run { get; set; }

        public DateTimeOffset? Until { get; set; }

        public long Token { get; set; }

        public string? Group { get; set; }

        public DateTimeOffset? NotBefore { get; set; }

        public int FinishTries { get; set; }

        public SortedDictionary<Pts, Candidate> Frames { get; } = [];

        public ImmutableArray<Scene> Scenes { get; set; } = [];

        public ImmutableArray<Person> People { get; set; } = [];

        public List<(RunLogLevel, string)> Log { get; } = [];
    }
}
