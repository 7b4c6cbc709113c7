namespace Framevet.Web.Jobs;

/// <summary>
/// Start times that make priority strict. The scheduler compares priorities only between triggers of the same start time, so each
/// priority gets a century of its own in the distant past: a higher one always lies earlier, and inside a century the order is that of
/// submission.
/// </summary>
internal static class PriorityBands
{
    private static readonly DateTimeOffset Epoch = new(1000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Start time for <paramref name="priority"/> 0 (last) .. 9 (first) of something submitted at <paramref name="now"/>.</summary>
    public static DateTimeOffset StartAt(int priority, DateTimeOffset now) =>
        Epoch.AddYears(100 * (9 - Math.Clamp(priority, 0, 9))) + (now - Origin);
}
