using System.Collections.Immutable;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Runs;

/// <summary>The store of a process for the holder of a lease.</summary>
internal sealed class LeasedMemory(MemoryRunStore store, RunLease lease) : IRunStore
{
    private static readonly Task<long?> Refused = Task.FromResult<long?>(null);

    public Task AddAsync(Run run, CancellationToken ct) => store.AddAsync(run, ct);

    public Task<Run?> GetAsync(RunId id, CancellationToken ct) => store.GetAsync(id, ct);

    public Task<ImmutableArray<Run>> InStatesAsync(ImmutableArray<RunState> states, CancellationToken ct) => store.InStatesAsync(states, ct);

    public Task<long?> TryMoveAsync(RunId id, RunState expected, RunState target, string reason, RunFailure? failure, CancellationToken ct) =>
        store.Leased(lease, () => store.TryMoveAsync(id, expected, target, reason, failure, ct), Refused);

    public Task<long> SaveProgressAsync(RunId id, Funnel funnel, MediaFacts? media, CancellationToken ct) => store.Leased(lease, () => store.SaveProgressAsync(id, funnel, media, ct));

    public Task<long> SaveCandidatesAsync(RunId id, ImmutableArray<Candidate> batch, Funnel funnel, CancellationToken ct) => store.Leased(lease, () => store.SaveCandidatesAsync(id, batch, funnel, ct));

    public Task<ImmutableArray<Candidate>> CandidatesAsync(RunId id, CancellationToken ct) => store.CandidatesAsync(id, ct);

    public Task<long> SaveSelectionAsync(RunId id, ImmutableArray<Pick> picks, ImmutableArray<(Pts Pts, Loss Loss)> losses, Funnel funnel, CancellationToken ct) =>
        store.Leased(lease, () => store.SaveSelectionAsync(id, picks, losses, funnel, ct));

    public Task<long> SaveVerdictsAsync(RunId id, ImmutableArray<(Pts Pts, Verdict Verdict)> verdicts, CancellationToken ct) => store.Leased(lease, () => store.SaveVerdictsAsync(id, verdicts, ct));

    public Task<long> SaveJudgementsAsync(RunId id, ImmutableArray<ClipChange> changes, CancellationToken ct) => store.Leased(lease, () => store.SaveJudgementsAsync(id, changes, ct));

    public Task<long> SaveGatingAsync(RunId id, ImmutableArray<(Pts Pts, ImmutableArray<Loss> Losses)> frames, Funnel funnel, CancellationToken ct) =>
        store.Leased(lease, () => store.SaveGatingAsync(id, frames, funnel, ct));

    public Task<long> SaveScenesAsync(RunId id, ImmutableArray<Scene> scenes, CancellationToken ct) => store.Leased(lease, () => store.SaveScenesAsync(id, scenes, ct));

    public Task<ImmutableArray<Scene>> ScenesAsync(RunId id, CancellationToken ct) => store.ScenesAsync(id, ct);

    public Task<long> SavePeopleAsync(RunId id, ImmutableArray<Person> people, CancellationToken ct) => store.Leased(lease, () => store.SavePeopleAsync(id, people, ct));

    public Task<ImmutableArray<Person>> PeopleAsync(RunId id, CancellationToken ct) => store.PeopleAsync(id, ct);

    public Task ClearAsync(RunId id, CancellationToken ct) => store.Leased(lease, () => store.ClearAsync(id, ct));

    public Task<RunLease?> TryTakeAsync(RunId id, WorkNode node, CancellationToken ct) => store.TryTakeAsync(id, node, ct);

    public Task<RunLease?> TryTakeNextAsync(string group, TurnRules rules, WorkNode node, CancellationToken ct) => store.TryTakeNextAsync(group, rules, node, ct);

    public Task RouteAsync(RunId id, string group, CancellationToken ct) => store.RouteAsync(id, group, ct);

    public Task PostponeAsync(RunId id, TimeSpan pause, CancellationToken ct) => store.Leased(lease, () => store.PostponeAsync(id, pause, ct));

    public Task<int> CountFinishTryAsync(RunId id, CancellationToken ct) => store.Leased(lease, () => store.CountFinishTryAsync(id, ct));

    public Task ReleaseAsync(RunLease held, CancellationToken ct) => store.ReleaseAsync(held, ct);

    public IRunStore Under(RunLease held) => store.Under(held);

    public Task<ImmutableArray<Run>> OrphansAsync(CancellationToken ct) => store.OrphansAsync(ct);

    public Task LogAsync(RunId id, RunLogLevel level, string text, CancellationToken ct) => store.LogAsync(id, level, text, ct);
}
