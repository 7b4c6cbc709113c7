using Framevet.Pipeline.Review;

namespace Framevet.Pipeline.Moderation.Lab;

/// <summary>
/// How much of a label was missed among files that machines cleared, from those that people were shown without knowing. Samples are drawn with one share from every stratum, so they stand
/// for all. Pure. <paramref name="Cleared"/>: files that machines cleared; <paramref name="Rate"/>: share of the sampled ones that should not have been, for something of the label's
/// category, null while nothing was sampled; <paramref name="Found"/>: files that people denied for it.
/// </summary>
public sealed record MissEstimate(int Cleared, WilsonInterval? Rate, int Found)
{
    /// <summary>Files missed: those that were found in the samples, and the same share of the others.</summary>
    public double? Missed => Of(Rate?.Rate);

    /// <summary>Lower end of 95 %.</summary>
    public double? MissedLow => Of(Rate?.Low);

    /// <summary>Upper end of 95 %.</summary>
    public double? MissedHigh => Of(Rate?.High);

    /// <summary>Share of harmful files that were found, 0..1; null when none is known or nothing was sampled.</summary>
    public double? Recall => Share(Missed);

    /// <summary>Lower end of 95 %.</summary>
    public double? RecallLow => Share(MissedHigh);

    /// <summary>Upper end of 95 %.</summary>
    public double? RecallHigh => Share(MissedLow);

    private double? Of(double? rate) => rate is { } share ? Rate!.Events + (Math.Max(0, Cleared - Rate.Trials) * share) : null;

    private double? Share(double? missed) => missed is { } count && Found + count > 0 ? Found / (Found + count) : null;
}
