using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Export;

/// <summary>An export as the store knows it. <paramref name="Exporter"/>: what was asked for, null = the recipe's first.</summary>
public sealed record ExportOrder(Guid Id, RunId RunId, ExportState State, int Frames, string OwnerId, string OwnerName, DateTimeOffset CreatedAt,
    string? FileName, string? BlobKey, long? Bytes, string? Sha256, string? Error, ImmutableArray<Pts>? Requested, PartSpec? Exporter = null)
{
    /// <summary>Times that it was tried and could not be made; a shutdown does not count.</summary>
    public int Attempts { get; init; }

    /// <summary>Before this it is not tried again; null = at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it was done or given up; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its file is removed; null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Id of the node that has it in hand; null when nobody has. Whether that node still lives is another question.</summary>
    public string? Worker { get; init; }

    /// <summary>When its file was removed by the rules of the server; null = it is there, or was never made.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}

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
    /// <summary>Was done; its file has been removed since.</summary>
    Expired,
}

/// <summary>Exports in the store.</summary>
public interface IExportStore : ILeasedRows
{
    /// <summary>Adds a queued export.</summary>
    Task AddAsync(ExportOrder export, CancellationToken ct);

    /// <summary>The export, or null.</summary>
    Task<ExportOrder?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Exports of a run, newest first.</summary>
    Task<ImmutableArray<ExportOrder>> ForRunAsync(RunId run, CancellationToken ct);

    /// <summary>Exports in Queued or Running, for reconciling at start.</summary>
    Task<ImmutableArray<ExportOrder>> OpenAsync(CancellationToken ct);

    /// <summary>Open exports of the same person that were requested before this one; 0 when it is not there.</summary>
    Task<int> AheadAsync(Guid id, CancellationToken ct);

    /// <summary>Finished exports whose time is over at <paramref name="now"/>, but none of runs that are kept or held.</summary>
    Task<ImmutableArray<ExportOrder>> DueAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>Replaces the row if it stands in <paramref name="expected"/>; false otherwise. Who has it in hand is no part of it.</summary>
    Task<bool> TryUpdateAsync(ExportOrder export, ExportState expected, CancellationToken ct);

    /// <summary>The same for the holder of a lease: it is stored only while the lease's token is the export's last one.</summary>
    /// <exception cref="LeaseLostException">Another worker has taken the export.</exception>
    Task<bool> TryUpdateAsync(RowLease lease, ExportOrder export, ExportState expected, CancellationToken ct);
}

/// <summary>Brings exports to workers.</summary>
public interface IExportQueue
{
    /// <summary>Schedules the export; no effect when it is scheduled already.</summary>
    Task EnqueueAsync(Guid exportId, CancellationToken ct);
}
