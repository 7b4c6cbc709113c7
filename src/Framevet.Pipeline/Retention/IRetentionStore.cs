using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Retention;

/// <summary>What the database knows about things that may go.</summary>
public interface IRetentionStore
{
    /// <summary>Items of a kind that are still there, without sizes of files that only the disk knows. Not for stills and partial uploads.</summary>
    Task<ImmutableArray<RetentionItem>> ItemsAsync(RetentionKind kind, CancellationToken ct);

    /// <summary>Runs of which anything of theirs may go, by id: not over, kept and held ones are protected.</summary>
    Task<ImmutableDictionary<RunId, RetentionItem>> RunsAsync(CancellationToken ct);

    /// <summary>Blob keys of a run's thumbnails: those that were ever in doubt, or the others.</summary>
    Task<ImmutableArray<string>> ThumbKeysAsync(RunId run, bool isEvidence, CancellationToken ct);

    /// <summary>Blob key of the file behind a source or an export; null when there is none.</summary>
    Task<string?> FileKeyAsync(RetentionKind kind, string key, CancellationToken ct);

    /// <summary>Whether the item must stay now.</summary>
    Task<bool> IsProtectedAsync(RetentionKind kind, string key, CancellationToken ct);

    /// <summary>Notes that the item is gone; of a log, removes its lines.</summary>
    Task MarkAsync(RetentionKind kind, string key, DateTimeOffset at, CancellationToken ct);

    /// <summary>Sets the flags of a run; raises its revision, which is the answer.</summary>
    Task<long> SetFlagsAsync(RunId run, bool isKept, bool isHeld, string? holdNote, CancellationToken ct);
}
