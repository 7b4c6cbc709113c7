namespace Framevet.Pipeline.Runs;

/// <summary>
/// Counts candidates into a funnel so that it adds up: passed gates = allowed + awaiting review + blocked, and
/// selected is part of allowed. Frames that a gate lost are in <see cref="Funnel.Sampled"/> and, while people have to look at them, in <see cref="Funnel.LostInReview"/>.
/// </summary>
public static class FunnelCounts
{
    /// <summary>The funnel with these frames counted in addition.</summary>
    public static Funnel Plus(this Funnel funnel, IEnumerable<Candidate> frames)
    {
        ArgumentNullException.ThrowIfNull(funnel);
        ArgumentNullException.ThrowIfNull(frames);
        foreach (var frame in frames)
        {
            funnel = funnel.Plus(frame);
        }

        return funnel;
    }

    /// <summary>The funnel with the frame counts taken anew; what the decoder said and what was exported stay.</summary>
    public static Funnel Recount(this Funnel funnel, IEnumerable<Candidate> frames)
    {
        ArgumentNullException.ThrowIfNull(funnel);
        return new Funnel(funnel.Decoded, funnel.Damaged, Exported: funnel.Exported).Plus(frames);
    }

    /// <summary>Whether people have to look at the frame: no verdict clears or blocks it.</summary>
    public static bool IsDoubtful(this Candidate frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return frame.Judgement?.Verdict.Decision is not (Moderation.Decision.Allow or Moderation.Decision.Block);
    }

    private static Funnel Plus(this Funnel funnel, Candidate frame)
    {
        funnel = funnel with { Sampled = funnel.Sampled + 1 };
        if (!frame.PassedGates)
        {
            return IsDoubtful(frame) ? funnel with { LostInReview = funnel.LostInReview + 1 } : funnel;
        }

        funnel = funnel with { PassedGates = funnel.PassedGates + 1 };
        return frame.Judgement?.Verdict.Decision switch
        {
            Moderation.Decision.Allow => funnel with { Allowed = funnel.Allowed + 1, Selected = funnel.Selected + (frame.Rank is null ? 0 : 1) },
            Moderation.Decision.Block => funnel with { Blocked = funnel.Blocked + 1 },
            _ => funnel with { AwaitingReview = funnel.AwaitingReview + 1 },
        };
    }
}
