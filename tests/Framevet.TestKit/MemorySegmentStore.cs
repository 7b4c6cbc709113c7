using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;

namespace Framevet.TestKit;

/// <summary>Segments in memory, with the same rules as in the database. Thread-safe.</summary>
public sealed class MemorySegmentStore(IRunStore runs, TimeProvider time) : ISegmentStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RunId, ImmutableArray<Entry>> _runs = [];

    /// <summary>Runs that have segments.</summary>
    public ImmutableArray<RunId> Runs
    {
        get
        {
            lock (_gate)
            {
                return [.. _runs.Keys];
            }
        }
    }

    /// <summary>Called with every claim, under no lock.</summary>
    public Action<SegmentLease>? OnClaim { get; set; }

    /// <inheritdoc/>
    public Task PlanAsync(RunLease owner, ImmutableArray<Segment> segments, string version, CancellationToken ct)
    {
        lock (_gate)
        {
            _runs[owner.Run] = [.. segments.Select(s => new Entry(new SegmentRow(s, SegmentState.Waiting, null, 0, 0, false, null, null, null, version)))];
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<SegmentRow>> OfRunAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<SegmentRow>>([.. Of(run).Select(e => e.Row with { IsSilent = IsSilent(e) })]);
        }
    }

    /// <inheritdoc/>
    public async Task<SegmentLease?> TryClaimAsync(RunId run, WorkNode node, string version, int maxAttempts, CancellationToken ct)
    {
        if (await runs.GetAsync(run, ct) is not { State: RunState.Running })
        {
            return null;
        }

        SegmentLease lease;
        lock (_gate)
        {
            if (Of(run).FirstOrDefault(e => e.Row.Version == version && e.Row.Attempt < maxAttempts && (e.Row.State == SegmentState.Waiting || (e.Row.State == SegmentState.Working && IsSilent(e)))) is not { } entry)
            {
                return null;
            }

            entry.Row = entry.Row with { State = SegmentState.Working, Node = node.Id, Attempt = entry.Row.Attempt + 1, Seen = 0 };
            entry.Token++;
            entry.Until = time.GetUtcNow() + node.Lease;
            lease = new SegmentLease(run, entry.Row.Segment, node.Id, entry.Token, entry.Row.Attempt, node.Lease);
        }

        OnClaim?.Invoke(lease);
        return lease;
    }

    /// <inheritdoc/>
    public Task<bool> BeatAsync(SegmentLease lease, long seen, CancellationToken ct) => Held(lease, e =>
    {
        e.Until = time.GetUtcNow() + lease.Length;
        return e.Row with { Seen = seen };
    });

    /// <inheritdoc/>
    public Task<bool> CompleteAsync(SegmentLease lease, string key, SegmentFacts facts, CancellationToken ct) => Held(lease, e => e.Row with { State = SegmentState.Done, Key = key, Facts = facts });

    /// <inheritdoc/>
    public Task<bool> FailAsync(SegmentLease lease, SegmentTrouble trouble, CancellationToken ct) =>
        Held(lease, e => e.Row with { State = trouble.Code is null ? SegmentState.Void : SegmentState.Failed, Trouble = trouble });

    /// <inheritdoc/>
    public Task ReleaseAsync(SegmentLease lease, bool countsNot, CancellationToken ct) =>
        Held(lease, e => e.Row with { State = SegmentState.Waiting, Node = null, Attempt = e.Row.Attempt - (countsNot ? 1 : 0) });

    /// <inheritdoc/>
    public Task ReopenAsync(RunLease owner, int number, bool anew, CancellationToken ct)
    {
        lock (_gate)
        {
            var entry = Of(owner.Run)[number];
            entry.Token++;
            entry.Row = entry.Row with { State = SegmentState.Waiting, Node = null, Attempt = anew ? 0 : entry.Row.Attempt, Key = null, Facts = null, Trouble = null };
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> RemoveAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_runs.Remove(run, out var had) ? had.Length : 0);
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<RunId>> LeftAsync(CancellationToken ct)
    {
        var left = ImmutableArray.CreateBuilder<RunId>();
        foreach (var run in Runs)
        {
            if (await runs.GetAsync(run, ct) is not { State: RunState.Running or RunState.Queued })
            {
                left.Add(run);
            }
        }

        return left.ToImmutable();
    }

    private ImmutableArray<Entry> Of(RunId run) => _runs.GetValueOrDefault(run, []);

    private bool IsSilent(Entry entry) => entry.Row.State == SegmentState.Working && entry.Until < time.GetUtcNow();

    private Task<bool> Held(SegmentLease lease, Func<Entry, SegmentRow> change)
    {
        lock (_gate)
        {
            if (Of(lease.Run).FirstOrDefault(e => e.Row.Segment.Number == lease.Segment.Number) is not { Row.State: SegmentState.Working } entry || entry.Token != lease.Token)
            {
                return Task.FromResult(false);
            }

            entry.Row = change(entry);
            return Task.FromResult(true);
        }
    }

    private sealed class Entry(SegmentRow row)
    {
        public SegmentRow Row { get; set; } = row;

        public long Token { get; set; }

        public DateTimeOffset Until { get; set; }
    }
}
