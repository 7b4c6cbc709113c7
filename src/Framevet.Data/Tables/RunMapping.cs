using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tables;

/// <summary>From rows to the records of the pipeline, for everything but frames.</summary>
internal static class RunMapping
{
    /// <summary>Needs the media row loaded.</summary>
    public static Run ToRun(this RunTable row)
    {
        var media = row.Media ?? throw new InvalidOperationException("A run is read together with its media row.");
        return new Run
        {
            Id = row.Id,
            OwnerId = row.OwnerId,
            SourceName = row.SourceName,
            MediaSha256 = row.MediaSha256,
            MediaKey = media.Key,
            MediaBytes = media.Bytes,
            Recipe = RowJson.Read<Recipe>(row.Recipe),
            Priority = row.Priority,
            State = row.State,
            Reason = row.Reason,
            Failure = row.Failure,
            FailureDetail = row.FailureDetail,
            Attempt = row.Attempt,
            Worker = row.Worker,
            CreatedAt = row.CreatedAt,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt,
            Revision = row.Revision,
            Funnel = RowJson.Read<Funnel>(row.Funnel),
            Media = media.Facts is null ? null : RowJson.Read<MediaFacts>(media.Facts),
            Upkeep = new RunUpkeep(row.IsKept, row.IsHeld, row.HoldNote, media.RemovedAt, row.PicturesRemovedAt, row.EvidenceRemovedAt, row.LogRemovedAt),
        };
    }

    public static ExportOrder ToExport(this ExportTable row) => new(
        row.Id, row.RunId, row.State, row.Frames, row.OwnerId, row.OwnerName, row.CreatedAt, row.FileName, row.BlobKey, row.Bytes, row.Sha256, row.Error,
        row.Requested is null ? null : PtsText.Read(row.Requested), row.Exporter is null ? null : RowJson.Read<PartSpec>(row.Exporter))
    {
        Attempts = row.Attempts,
        NotBefore = row.NotBefore,
        EndedAt = row.EndedAt,
        ExpiresAt = row.ExpiresAt,
        RemovedAt = row.RemovedAt,
        Worker = row.Worker,
    };

    public static ExportTable ToTable(this ExportOrder export) => new()
    {
        Id = export.Id,
        RunId = export.RunId,
        State = export.State,
        Frames = export.Frames,
        OwnerId = export.OwnerId,
        OwnerName = export.OwnerName,
        CreatedAt = export.CreatedAt,
        FileName = export.FileName,
        BlobKey = export.BlobKey,
        Bytes = export.Bytes,
        Sha256 = export.Sha256,
        Error = export.Error,
        Requested = export.Requested is { } requested ? PtsText.Write(requested) : null,
        Exporter = export.Exporter is { } exporter ? RowJson.Write(exporter) : null,
        Attempts = export.Attempts,
        NotBefore = export.NotBefore,
        EndedAt = export.EndedAt,
        ExpiresAt = export.ExpiresAt,
        RemovedAt = export.RemovedAt,
    };
}
