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

        // Plain numbers until the end: a record per frame is a third of the time of selecting anew.
        var (sampled, passed, allowed, waiting, blocked, selected, lost) = (0, 0, 0, 0, 0, 0, 0);
        foreach (var frame in frames)
        {
            sampled++;
            if (!frame.PassedGates)
            {
                lost += IsDoubtful(frame) ? 1 : 0;
                continue;
            }

            passed++;
            switch (frame.Judgement?.Verdict.Decision)
            {
                case Moderation.Decision.Allow:
                    allowed++;
                    selected += frame.Rank is null ? 0 : 1;
                    break;
                case Moderation.Decision.Block:
                    blocked++;
                    break;
                default:
                    waiting++;
                    break;
            }
        }

        return funnel with
        {
            Sampled = funnel.Sampled + sampled,
            PassedGates = funnel.PassedGates + passed,
            Allowed = funnel.Allowed + allowed,
            AwaitingReview = funnel.AwaitingReview + waiting,
            Blocked = funnel.Blocked + blocked,
            Selected = funnel.Selected + selected,
            LostInReview = funnel.LostInReview + lost,
        };
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
}
