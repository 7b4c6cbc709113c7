using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Review;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>What stands before the pictures.</summary>
public enum ReviewGateKind
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>A suggestion to take a break.</summary>
    Break,
    /// <summary>A warning of what is behind.</summary>
    Severe,
    /// <summary>The person has seen enough of the queue for the day; there is no way past it.</summary>
    Closed,
}

/// <summary>What may be shown of an item, and when.</summary>
internal static class ReviewGates
{
    /// <summary>What stands before an item that was just opened.</summary>
    public static ReviewGateKind Of(ReviewItem item, ReviewRules rules, bool isBreakDue, bool isClosed = false) =>
        item.State is ReviewState.Decided or ReviewState.Withdrawn ? ReviewGateKind.None
        : isClosed ? ReviewGateKind.Closed
        : isBreakDue ? ReviewGateKind.Break
        : item.Severity >= rules.Care.WarnFrom ? ReviewGateKind.Severe
        : ReviewGateKind.None;

    /// <summary>Entries about the item. While it is open, only what tells nothing of the words of others or of where the item comes from.</summary>
    public static async Task<ImmutableArray<AuditRow>> SafeHistoryAsync(this AuditQuery audit, ReviewItem item, CancellationToken ct)
    {
        var rows = (await audit.PageAsync(new AuditFilter(Subject: item.Id.ToString("N")), 0, 20, ct)).Rows;
        return item.State is ReviewState.Decided ? rows : [.. rows.Where(r => r.Action is "review.hold" or "review.assign" or "review.ask")];
    }
}
