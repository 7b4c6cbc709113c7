using System.Globalization;

namespace Framevet.Pipeline.Retention;

/// <summary>How long the things of a run stay, and what is gone already.</summary>
/// <param name="IsKept">Somebody asked to keep everything of it.</param>
/// <param name="IsHeld">A legal hold: an admin alone lifts it.</param>
/// <param name="HoldNote">Why it is held.</param>
/// <param name="SourceRemovedAt">When its media file was removed; null = it is there.</param>
/// <param name="PicturesRemovedAt">When the thumbnails of undoubted frames were removed.</param>
/// <param name="EvidenceRemovedAt">When the thumbnails of doubtful frames were removed.</param>
/// <param name="LogRemovedAt">When its log was removed.</param>
public sealed record RunUpkeep(bool IsKept = false, bool IsHeld = false, string? HoldNote = null, DateTimeOffset? SourceRemovedAt = null,
    DateTimeOffset? PicturesRemovedAt = null, DateTimeOffset? EvidenceRemovedAt = null, DateTimeOffset? LogRemovedAt = null)
{
    /// <summary>Nothing special.</summary>
    public static RunUpkeep None { get; } = new();

    /// <summary>A day for sentences.</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
