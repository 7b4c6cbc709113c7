using Framevet.Pipeline.Recipes;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation;

/// <summary>What moderating a file will cost at most, before it is submitted. Thread-safe.</summary>
public sealed class CostForecast(PartCatalog catalog, IOptions<ModerationOptions> options)
{
    /// <summary>
    /// The forecast. <paramref name="frames"/>: sampled frames of each file, null = unknown; <paramref name="flaggedShare"/>: share of earlier files that a screen flagged, null = unknown.
    /// </summary>
    public Forecast For(ModerationRecipe recipe, int files, int? frames, double? flaggedShare, decimal spentToday)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var backends = recipe.Backends.Select(catalog.Build<IModerationBackend>).ToList();
        var paid = backends.Where(b => b.Tier == ModerationTier.Precise && b.WhyNotReady is null).ToList();
        var isScreened = backends.Any(b => b.Tier != ModerationTier.Precise);
        var cap = paid.Count == 0 ? 0 : Math.Min(isScreened ? recipe.Cascade.MaxCalls : recipe.Cascade.MaxCallsAlone, options.Value.MaxCallsPerFile);
        if (frames is { } known)
        {
            cap = Math.Min(cap, (known + recipe.Cascade.FramesPerGrid - 1) / recipe.Cascade.FramesPerGrid * paid.Count);
        }

        var price = paid.Count == 0 ? 0 : paid.Max(b => b.PricePerCall);
        double? expected = !isScreened ? cap * files : flaggedShare is { } share ? cap * files * share : null;
        var left = options.Value.DayBudget is { } budget ? Math.Max(0, budget - spentToday) : (decimal?)null;
        return new Forecast(files * cap, files * cap * price, expected, expected is { } calls ? (decimal)calls * price : null, frames * files, frames * files * price, left, left is { } rest && files * cap * price > rest);
    }
}

/// <summary>
/// Calls and US dollars. <paramref name="MaxCalls"/> is never exceeded; <paramref name="ExpectedCalls"/>: by what happened to earlier files, null when unknown; naive: a call for each
/// sampled frame; <paramref name="BudgetLeft"/>: of today, null = no limit. <paramref name="MayRunOut"/>: the budget may end before the last file, which then goes to people.
/// </summary>
public sealed record Forecast(int MaxCalls, decimal MaxDollars, double? ExpectedCalls, decimal? ExpectedDollars, int? NaiveCalls, decimal? NaiveDollars, decimal? BudgetLeft, bool MayRunOut);
