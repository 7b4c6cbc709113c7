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

    /// <summary>A person's word on an item.</summary>
    public static string Decision(ReviewItem item, ReviewDecision decision) =>
        Json(new { run = item.RunId, decision = decision.Decision, label = decision.Label, note = decision.Note, frames = item.Frames.Select(f => f.Value) });

    /// <summary>What is to be exported.</summary>
    public static string Export(Export.ExportOrder export) => Json(new { run = export.RunId, frames = export.Frames });

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, PipelineJson.Options);
}
