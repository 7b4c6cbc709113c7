using System.Collections.Immutable;
using System.Globalization;

namespace Framevet.Pipeline.Retention;

/// <summary>Something that a rule may remove.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">Which: SHA-256 of a source, id of a run, export or upload.</param>
/// <param name="At">From when its days count.</param>
/// <param name="Bytes">Its size; null = not asked for.</param>
/// <param name="IsProtected">It stays whatever the rules say: kept, on legal hold, or still needed.</param>
public sealed record RetentionItem(RetentionKind Kind, string Key, DateTimeOffset At, long? Bytes, bool IsProtected);

/// <summary>An item that goes, and by which rule.</summary>
public sealed record RetentionLoss(RetentionItem Item, string Why);

/// <summary>What a rule means for one kind. <paramref name="Bytes"/>: of what goes.</summary>
public sealed record RetentionPlan(RetentionKind Kind, RetentionLimit Limit, int Total, int Protected, ImmutableArray<RetentionLoss> Losses, long Bytes);

/// <summary>Which items a limit removes. Pure, so that a dry run and the real one cannot differ.</summary>
public static class RetentionChoice
{
    /// <summary>The items to remove, oldest first. Protected ones stay and count for number and size before all others; then the newest stay.</summary>
    public static ImmutableArray<RetentionLoss> Of(ImmutableArray<RetentionItem> items, RetentionLimit limit, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(limit);
        var (count, bytes) = (items.Count(i => i.IsProtected), items.Where(i => i.IsProtected).Sum(i => i.Bytes ?? 0));
        var losses = new List<RetentionLoss>();
        string? full = null;
        foreach (var item in items.Where(i => !i.IsProtected).OrderByDescending(i => i.At).ThenByDescending(i => i.Key, StringComparer.Ordinal))
        {
            if (limit.MaxDays is { } days && now - item.At >= TimeSpan.FromDays(days))
            {
                losses.Add(new RetentionLoss(item, string.Create(CultureInfo.InvariantCulture, $"older than {days} days")));
                continue;
            }

            // Once one does not fit, nothing older stays, even if it would fit: what stays is always the newest.
            full ??= count + 1 > limit.MaxCount ? string.Create(CultureInfo.InvariantCulture, $"more than {limit.MaxCount}")
                : limit.MaxMegabytes is { } most && bytes + (item.Bytes ?? 0) > (long)most << 20 ? string.Create(CultureInfo.InvariantCulture, $"more than {most} MiB")
                : null;
            if (full is not null)
            {
                losses.Add(new RetentionLoss(item, full));
                continue;
            }

            (count, bytes) = (count + 1, bytes + (item.Bytes ?? 0));
        }

        losses.Reverse();
        return [.. losses];
    }
}
