using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>How decisions and severities are called on buttons and in lists.</summary>
public static class ReviewWords
{
    /// <summary>Past form of a decision.</summary>
    public static string Of(Decision decision) => decision switch
    {
        Decision.Allow => "Allowed",
        Decision.Block => "Denied",
        Decision.Escalate => "Escalated",
        _ => decision.ToString(),
    };

    /// <summary>Word, symbol and colour of a severity.</summary>
    public static Look Of(ReviewSeverity severity) => severity switch
    {
        ReviewSeverity.Severe => new("Severe", "warning", "block"),
        ReviewSeverity.High => new("High", "priority_high", "escalate"),
        ReviewSeverity.Medium => new("Medium", "drag_handle", "unknown"),
        _ => new("Low", "south", "unknown"),
    };

    /// <summary>How urgent a queue is: <paramref name="share"/> of the time that its most overdue item should take.</summary>
    public static Look OfSla(double share) => share switch
    {
        >= 1 => new("Overdue", "alarm", "block"),
        >= 0.75 => new("Due soon", "schedule", "escalate"),
        _ => new("In time", "check", "allow"),
    };
}
