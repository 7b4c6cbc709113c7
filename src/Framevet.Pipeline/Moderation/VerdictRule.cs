using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// From the confidences of one label on the frames of a clip to the clip's own. Pure. Raising the confidence of any frame never lowers the clip's, whatever the rule. The greatest
/// of many frames is nearly always high by chance alone (see <see cref="FalseAlarmRate"/>); rules that ask for several frames stand firm, and miss what shows on fewer.
/// </summary>
/// <param name="Kind">The rule.</param>
/// <param name="Frames">Frames that must agree, at least 1; <see cref="VerdictRuleKind.Greatest"/> does not ask.</param>
/// <param name="Window">For <see cref="VerdictRuleKind.Agreement"/>: they must lie within so many consecutive frames; 0 = anywhere in the clip.</param>
public sealed record VerdictRule(VerdictRuleKind Kind, int Frames = 1, int Window = 0)
{
    /// <summary>The one frame that is worst decides.</summary>
    public static VerdictRule Greatest { get; } = new(VerdictRuleKind.Greatest);

    /// <summary>
    /// The clip's confidence 0..1. <paramref name="confidences"/>: one per judged frame in time order, 0 where the label was not found. NaN when there are none or one of
    /// them is no number in 0..1: what nobody knows goes to people. A clip of fewer frames than the rule asks for is judged by those it has.
    /// </summary>
    public double Of(ImmutableArray<double> confidences)
    {
        if (confidences.IsDefaultOrEmpty || confidences.Any(c => c is not (>= 0 and <= 1)))
        {
            return double.NaN;
        }

        return Kind switch
        {
            VerdictRuleKind.Agreement => Windows(confidences).Max(w => Highest(w, Needed).Last()),
            VerdictRuleKind.Mean => Highest(confidences, Needed).Average(),
            _ => confidences.Max(),
        };
    }

    /// <summary>
    /// Probability that a harmless clip of <paramref name="frames"/> frames reaches a confidence that each harmless frame reaches with probability
    /// <paramref name="perFrame"/>, independently of the others: 1 - (1 - f)^n for the greatest, the upper tail of the binomial distribution for an agreement anywhere in the clip.
    /// NaN where the per-frame rate does not tell: for means, and for windows shorter than the clip.
    /// </summary>
    public double FalseAlarmRate(double perFrame, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(perFrame is >= 0 and <= 1, true, nameof(perFrame));
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        var isWhole = Kind == VerdictRuleKind.Greatest || (Kind == VerdictRuleKind.Agreement && (Window == 0 || Window >= frames));
        if (!isWhole)
        {
            return double.NaN;
        }

        var needed = Math.Min(Kind == VerdictRuleKind.Greatest ? 1 : Needed, frames);
        if (frames == 0 || perFrame is 0 or 1)
        {
            return frames == 0 ? 0 : perFrame;
        }

        // The terms follow from each other, from none hit upwards; in logarithms they do not vanish for long clips.
        var odds = Math.Log(perFrame) - Math.Log(1 - perFrame);
        var term = frames * Math.Log(1 - perFrame);
        double fewer = 0;
        for (var hits = 0; hits < needed; hits++)
        {
            fewer += Math.Exp(term);
            term += odds + Math.Log((double)(frames - hits) / (hits + 1));
        }

        return Math.Clamp(1 - fewer, 0, 1);
    }

    private int Needed => Math.Max(1, Frames);

    private IEnumerable<IEnumerable<double>> Windows(ImmutableArray<double> confidences)
    {
        var length = Window == 0 ? confidences.Length : Math.Min(Math.Max(Window, Needed), confidences.Length);
        return Enumerable.Range(0, confidences.Length - length + 1).Select(start => confidences.Skip(start).Take(length));
    }

    private static IEnumerable<double> Highest(IEnumerable<double> confidences, int count) => confidences.OrderDescending().Take(count);
}

/// <summary>How frames make up a clip.</summary>
public enum VerdictRuleKind
{
    /// <summary>The greatest confidence of all.</summary>
    Greatest,
    /// <summary>The confidence that N frames reach together: the N-th greatest of M.</summary>
    Agreement,
    /// <summary>The mean of the K greatest.</summary>
    Mean,
}
