namespace Framevet.Data.Queries;

/// <summary>Middle values of a sample; null for an empty one.</summary>
internal static class Quantiles
{
    /// <summary>The value below which <paramref name="share"/> 0..1 of the values lie, interpolated between neighbours; the list must be sorted.</summary>
    public static double? Of(List<double> sorted, double share)
    {
        if (sorted.Count == 0)
        {
            return null;
        }

        var place = share * (sorted.Count - 1);
        var (low, high) = ((int)Math.Floor(place), (int)Math.Ceiling(place));
        return sorted[low] + ((sorted[high] - sorted[low]) * (place - low));
    }

    /// <summary>The middle value; the list may be in any order.</summary>
    public static double? Median(List<double> values) => Of([.. values.Order()], 0.5);
}
