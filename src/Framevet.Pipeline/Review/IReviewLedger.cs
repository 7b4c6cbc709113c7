using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>What is kept about reviewing beside the items: who saw how much, known answers, samples.</summary>
public interface IReviewLedger
{
    /// <summary>Adds to what a person saw of a queue on a day. An item counts once a day, however often it is opened; null = time alone.</summary>
    Task AddExposureAsync(string userId, DateOnly day, string queue, TimeSpan time, Guid? item, CancellationToken ct);

    /// <summary>What a person saw on a day, by queue.</summary>
    Task<ImmutableArray<Exposure>> ExposureAsync(string userId, DateOnly day, CancellationToken ct);

    /// <summary>Queues of the last items that the person gave a word on, newest first.</summary>
    Task<ImmutableArray<string>> RecentQueuesAsync(string userId, int count, CancellationToken ct);

    /// <summary>Adds a known answer.</summary>
    Task AddGoldenAsync(GoldenItem golden, CancellationToken ct);

    /// <summary>A known answer, or null.</summary>
    Task<GoldenItem?> GoldenAsync(Guid id, CancellationToken ct);

    /// <summary>The oldest known answer in use that the person was never asked for, or null.</summary>
    Task<GoldenItem?> NextGoldenAsync(string userId, CancellationToken ct);

    /// <summary>Stores what a person said to a known answer.</summary>
    Task AddGoldenAnswerAsync(GoldenAnswer answer, CancellationToken ct);

    /// <summary>Finished runs without any flagged item that nobody has looked at for sampling, oldest first; with the strongest finding.</summary>
    Task<ImmutableArray<ClearedRun>> NewlyClearedAsync(int take, CancellationToken ct);

    /// <summary>How many runs of the stratum were looked at so far.</summary>
    Task<long> StratumCountAsync(string stratum, CancellationToken ct);

    /// <summary>Notes that a run was looked at for sampling; no effect when it was noted before.</summary>
    Task SaveClearedAsync(RunId run, string stratum, long ordinal, bool isSampled, CancellationToken ct);
}

/// <summary>What a person saw of a queue on a day.</summary>
public sealed record Exposure(string Queue, TimeSpan Time, int Items);

/// <summary>An item whose answer is known, made from a decided one by a lead.</summary>
public sealed record GoldenItem(Guid Id, RunId RunId, ImmutableArray<Pts> Frames, string? TopLabel, double? TopConfidence, Decision Decision, string Label, string MadeBy, DateTimeOffset At);

/// <summary>A person's answer to a golden item.</summary>
public sealed record GoldenAnswer(Guid GoldenId, string UserId, string UserName, Decision Decision, string Label, bool IsRight, DateTimeOffset At);

/// <summary>A run that machines cleared alone. Label and confidence of its strongest finding are null when nothing was found.</summary>
public sealed record ClearedRun(RunId RunId, string? TopLabel, double? TopConfidence);
