using Framevet.Pipeline.Moderation;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>How decisions are called on buttons and in lists.</summary>
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
}
