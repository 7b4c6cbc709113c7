using System.Collections.Immutable;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.TestKit;

/// <summary>Exposure, golden items and samples in memory. The test says which queues somebody was in and which runs machines cleared.</summary>
public sealed class MemoryReviewLedger : IReviewLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string User, DateOnly Day, string Queue), Exposure> _exposure = [];
    private readonly HashSet<(string User, DateOnly Day, Guid Item)> _seen = [];
    private readonly Dictionary<RunId, (string Stratum, bool IsSampled)> _cleared = [];

    /// <summary>Runs to look at.</summary>
    public List<ClearedRun> Cleared { get; } = [];

    /// <summary>Queues somebody was in, newest first.</summary>
    public ImmutableArray<string> Recent { get; set; } = [];

    /// <summary>Known answers.</summary>
    public List<GoldenItem> Golden { get; } = [];

    /// <summary>What was answered.</summary>
    public List<GoldenAnswer> Answers { get; } = [];

    /// <summary>Runs that were sampled.</summary>
    public ImmutableArray<RunId> Sampled => [.. _cleared.Where(c => c.Value.IsSampled).Select(c => c.Key)];

    /// <inheritdoc/>
    public Task AddExposureAsync(string userId, DateOnly day, string queue, TimeSpan time, Guid? item, CancellationToken ct)
    {
        lock (_gate)
        {
            var seen = _exposure.GetValueOrDefault((userId, day, queue)) ?? new Exposure(queue, TimeSpan.Zero, 0);
            _exposure[(userId, day, queue)] = seen with { Time = seen.Time + time, Items = seen.Items + (item is { } id && _seen.Add((userId, day, id)) ? 1 : 0) };
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<Exposure>> ExposureAsync(string userId, DateOnly day, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<Exposure>>([.. _exposure.Where(e => e.Key.User == userId && e.Key.Day == day).Select(e => e.Value)]);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<string>> RecentQueuesAsync(string userId, int count, CancellationToken ct) => Task.FromResult<ImmutableArray<string>>([.. Recent.Take(count)]);

    /// <inheritdoc/>
    public Task AddGoldenAsync(GoldenItem golden, CancellationToken ct)
    {
        Golden.Add(golden);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<GoldenItem?> GoldenAsync(Guid id, CancellationToken ct) => Task.FromResult(Golden.FirstOrDefault(g => g.Id == id));

    /// <inheritdoc/>
    public Task<GoldenItem?> NextGoldenAsync(string userId, CancellationToken ct) =>
        Task.FromResult(Golden.FirstOrDefault(g => !Answers.Any(a => a.GoldenId == g.Id && a.UserId == userId)));

    /// <inheritdoc/>
    public Task AddGoldenAnswerAsync(GoldenAnswer answer, CancellationToken ct)
    {
        Answers.Add(answer);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ClearedRun>> NewlyClearedAsync(int take, CancellationToken ct) =>
        Task.FromResult<ImmutableArray<ClearedRun>>([.. Cleared.Where(c => !_cleared.ContainsKey(c.RunId)).Take(take)]);

    /// <inheritdoc/>
    public Task<long> StratumCountAsync(string stratum, CancellationToken ct) => Task.FromResult((long)_cleared.Count(c => c.Value.Stratum == stratum));

    /// <inheritdoc/>
    public Task SaveClearedAsync(RunId run, string stratum, long ordinal, bool isSampled, CancellationToken ct)
    {
        _cleared.TryAdd(run, (stratum, isSampled));
        return Task.CompletedTask;
    }
}
