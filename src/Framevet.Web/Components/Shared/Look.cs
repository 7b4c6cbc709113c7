using Framevet.Data.Queries;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Components.Shared;

/// <summary>Word, symbol and colour of a state: the one place that says how a state looks. <paramref name="Tone"/> ends the names of classes and variables.</summary>
public sealed record Look(string Word, string Icon, string Tone)
{
    /// <summary>Of a run.</summary>
    public static Look Of(RunState state) => state switch
    {
        RunState.Queued => new("Waiting", "schedule", "unknown"),
        RunState.Running => new("Running", "play_circle", "live"),
        RunState.Cancelling => new("Stopping", "pending", "escalate"),
        RunState.AwaitingReview => new("In review", "visibility", "escalate"),
        RunState.Finishing => new("Finishing", "inventory_2", "live"),
        RunState.Done => new("Done", "check_circle", "allow"),
        RunState.Failed => new("Failed", "error", "block"),
        RunState.Cancelled => new("Cancelled", "cancel", "unknown"),
        _ => new(state.ToString(), "help", "unknown"),
    };

    /// <summary>Of a frame.</summary>
    public static Look Of(FrameState state) => state switch
    {
        FrameState.Lost => new("Lost", "filter_alt_off", "unknown"),
        FrameState.Pending => new("In review", "visibility", "escalate"),
        FrameState.Blocked => new("Blocked", "block", "block"),
        FrameState.Allowed => new("Allowed", "check", "allow"),
        FrameState.Selected => new("Picked", "star", "pick"),
        _ => new(state.ToString(), "help", "unknown"),
    };

    /// <summary>Of a review item.</summary>
    public static Look Of(ReviewState state, bool isEscalated) => state switch
    {
        ReviewState.Waiting when isEscalated => new("Escalated", "priority_high", "block"),
        ReviewState.Waiting => new("Waiting", "schedule", "escalate"),
        ReviewState.Claimed => new("Claimed", "person", "live"),
        ReviewState.Decided => new("Decided", "check_circle", "allow"),
        ReviewState.Withdrawn => new("Withdrawn", "cancel", "unknown"),
        _ => new(state.ToString(), "help", "unknown"),
    };

    /// <summary>Of an export.</summary>
    public static Look Of(ExportState state) => state switch
    {
        ExportState.Queued => new("Waiting", "schedule", "unknown"),
        ExportState.Running => new("Being made", "hourglass_top", "live"),
        ExportState.Done => new("Ready", "check_circle", "allow"),
        ExportState.Failed => new("Failed", "error", "block"),
        ExportState.Expired => new("Removed", "auto_delete", "unknown"),
        _ => new(state.ToString(), "help", "unknown"),
    };

    /// <summary>Severity word for a confidence 0..1: the word comes before the number everywhere.</summary>
    public static Look OfConfidence(double? confidence) => confidence switch
    {
        null => new("Not scored", "help", "unknown"),
        >= 0.8 => new("Very likely", "priority_high", "block"),
        >= 0.5 => new("Likely", "warning", "escalate"),
        >= 0.2 => new("Possible", "info", "escalate"),
        _ => new("Faint", "info", "unknown"),
    };
}
