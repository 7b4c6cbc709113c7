using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Export;

/// <summary>Exports on demand: the run's picks, or frames a curator selected. Only frames that a verdict allows are ever exported.</summary>
public sealed class ExportDesk
{
    /// <summary>Queues an export; null frames = the run's picks, else these (rank in the given order).</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, InvalidRequest (nothing allowed among them; limit), Conflict (run not finished with act one).</exception>
    public Task<Export> RequestAsync(RunId run, ImmutableArray<Pts>? frames, Actor actor, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Makes the file; called by the job.</summary>
    public Task<RunOutcome> WorkAsync(Guid exportId, CancellationToken stopping) => throw new NotImplementedException();

    /// <summary>One still at full resolution as JPEG for the frame page, cached in the blob store. Returns its blob key. Does not check the verdict: the caller does.</summary>
    public Task<string> FullFrameAsync(RunId run, Pts frame, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>An export as the store knows it.</summary>
public sealed record Export(Guid Id, RunId RunId, ExportState State, int Frames, string OwnerId, string OwnerName, DateTimeOffset CreatedAt,
    string? FileName, string? BlobKey, long? Bytes, string? Sha256, string? Error, ImmutableArray<Pts>? Requested);

/// <summary>States of an export. Names are an API.</summary>
public enum ExportState
{
    /// <summary>Waiting for a worker.</summary>
    Queued,
    /// <summary>Being written.</summary>
    Running,
    /// <summary>Ready for download.</summary>
    Done,
    /// <summary>Could not be made; see Error.</summary>
    Failed,
}

/// <summary>Exports in the store.</summary>
public interface IExportStore
{
    /// <summary>Adds a queued export.</summary>
    Task AddAsync(Export export, CancellationToken ct);

    /// <summary>The export, or null.</summary>
    Task<Export?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Exports of a run, newest first.</summary>
    Task<ImmutableArray<Export>> ForRunAsync(RunId run, CancellationToken ct);

    /// <summary>Exports in Queued or Running, for reconciling at start.</summary>
    Task<ImmutableArray<Export>> OpenAsync(CancellationToken ct);

    /// <summary>Replaces the row if it stands in <paramref name="expected"/>; false otherwise.</summary>
    Task<bool> TryUpdateAsync(Export export, ExportState expected, CancellationToken ct);
}

/// <summary>Brings exports to workers.</summary>
public interface IExportQueue
{
    /// <summary>Schedules the export; no effect when it is scheduled already.</summary>
    Task EnqueueAsync(Guid exportId, CancellationToken ct);
}
