using System.Text.Json;
using Framevet.Pipeline.Review;

namespace Framevet.Pipeline.Runs;

/// <summary>What the audit trail keeps of a change, as JSON.</summary>
internal static class Audited
{
    /// <summary>A run's state.</summary>
    public static string State(RunState state) => Json(new { state });

    /// <summary>What was submitted.</summary>
    public static string Submission(Run run) => Json(new { source = run.SourceName, sha256 = run.MediaSha256, bytes = run.MediaBytes, recipe = run.Recipe.Name, priority = run.Priority });

    /// <summary>A person's word on an item, with the version of the settings that applied, if known.</summary>
    public static string Decision(ReviewItem item, ReviewDecision decision, int? settings) => Json(new
    {
        run = item.RunId,
        decision = decision.Decision,
        label = decision.Label,
        reason = decision.Reason,
        note = decision.Note,
        flagged = item.TopLabel,
        confidence = item.TopConfidence,
        settings,
        frames = item.Frames.Select(f => f.Value),
    });

    /// <summary>Why an item was given back.</summary>
    public static string Parked(Parking parking) => Json(new { person = parking.Assignment?.UserName, until = parking.Assignment?.Until, note = parking.Note });

    /// <summary>What a submitter contests.</summary>
    public static string Appeal(ReviewItem item) => Json(new { run = item.RunId, statement = item.Note, frames = item.Frames.Select(f => f.Value) });

    /// <summary>What is to be exported.</summary>
    public static string Export(Export.ExportOrder export) => Json(new { run = export.RunId, frames = export.Frames });

    /// <summary>A link for guests, without anything that opens it.</summary>
    public static string Shared(Sharing.Share share) => Json(new
    {
        run = share.RunId, title = share.Title, frames = share.Frames, mayPick = share.MayPick, hasPassword = share.HasPassword, hasWatermark = share.Watermark is not null, expiresAt = share.ExpiresAt, revokedAt = share.RevokedAt,
    });

    /// <summary>A selection that was kept or put into effect.</summary>
    public static string Selected(Selection.SelectionVersion version) => Json(new { run = version.RunId, number = version.Number, note = version.Note, picks = version.Picks.Length, recipe = version.Recipe.Name });

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, PipelineJson.Options);
}
