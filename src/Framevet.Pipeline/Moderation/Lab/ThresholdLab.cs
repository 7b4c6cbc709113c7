using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation.Lab;

/// <summary>
/// What a threshold would have meant for stored frames. Hits and misses are counted against people's decisions only; what nobody has looked at counts as work. Frames that machines
/// cleared were rarely looked at, so the recall is an upper bound; <see cref="MissEstimate"/> says from quality samples how far it may be off. Pure.
/// </summary>
public static class ThresholdLab
{
    private const int MaxPoints = 201;

    /// <summary>The curve over thresholds 0..1 by rising threshold.</summary>
    public static ImmutableArray<LabPoint> Curve(ImmutableArray<LabSample> samples, string label)
    {
        (double? Score, LabSample Sample)[] scored = [.. samples.Select(s => (s.ScoreOf(label), s))];
        return [.. Enumerable.Range(0, MaxPoints).Select(i => Point(scored, label, i / (double)(MaxPoints - 1)))];
    }

    /// <summary>The counts at one threshold.</summary>
    public static LabPoint At(ImmutableArray<LabSample> samples, string label, double threshold) => Point([.. samples.Select(s => (s.ScoreOf(label), s))], label, threshold);

    /// <summary>What moving the lower bound of a label means: frames that would go to people in addition (negative: fewer), and harmful ones that would be cleared.</summary>
    public static LabEffect Effect(ImmutableArray<LabSample> samples, string label, double current, double wanted)
    {
        var before = At(samples, label, current);
        var after = At(samples, label, wanted);
        return new LabEffect(after.Work - before.Work, after.Missed, before.Missed);
    }

    /// <summary>Frames below a threshold that nobody has looked at: while there are any, the recall is an upper bound.</summary>
    public static int Unseen(ImmutableArray<LabSample> samples, string label, double threshold) => samples.Count(s => s.Human is null or Decision.Escalate && !(s.ScoreOf(label) >= threshold));

    /// <summary>
    /// Judges all stored frames by two policies. <paramref name="tierOf"/> gives the weight of a backend's word. Once a precise backend has seen a frame, its word counts alone.
    /// </summary>
    public static LabBacktest Backtest(ImmutableArray<LabSample> samples, PolicyDocument before, PolicyDocument after, Func<string, ModerationTier> tierOf)
    {
        ArgumentNullException.ThrowIfNull(tierOf);
        var (old, young) = (Judge(before), Judge(after));
        var moved = new Dictionary<(Decision From, Decision To), int>();
        var (missed, spared, needless) = (0, 0, 0);
        foreach (var sample in samples)
        {
            var (from, to) = (Word(sample, old, tierOf), Word(sample, young, tierOf));
            moved[(from, to)] = moved.GetValueOrDefault((from, to)) + 1;
            missed += sample.Human == Decision.Block && to == Decision.Allow ? 1 : 0;
            needless += sample.Human == Decision.Allow && to != Decision.Allow ? 1 : 0;
            spared += from == Decision.Escalate && to != Decision.Escalate ? 1 : 0;
        }

        return new LabBacktest(samples.Length, [.. moved.OrderBy(m => m.Key.From).ThenBy(m => m.Key.To).Select(m => new LabMove(m.Key.From, m.Key.To, m.Value))], missed, needless, spared);
    }

    private static ModerationPolicy Judge(PolicyDocument document) => new(new Recipes.ModerationRecipe
    {
        Backends = [],
        Bands = ImmutableSortedDictionary<string, Recipes.LabelBand>.Empty,
        Policy = new PolicySnapshot(0, document),
    });

    private static Decision Word(LabSample sample, ModerationPolicy policy, Func<string, ModerationTier> tierOf)
    {
        var tier = sample.Findings.Select(f => tierOf(f.Backend)).DefaultIfEmpty(ModerationTier.Screen).Max();
        return policy.Decide([.. sample.Findings.Where(f => tierOf(f.Backend) == tier)], tier).Decision;
    }

    private static LabPoint Point((double? Score, LabSample Sample)[] scored, string label, double threshold)
    {
        var (hits, alarms, missed, work) = (0, 0, 0, 0);
        foreach (var (score, sample) in scored)
        {
            var isFlagged = score >= threshold;
            work += isFlagged ? 1 : 0;
            if (sample.Human is null or Decision.Escalate)
            {
                continue;
            }

            var isHarmful = sample.IsHarmfulAs(label);
            hits += isFlagged && isHarmful ? 1 : 0;
            alarms += isFlagged && !isHarmful ? 1 : 0;
            missed += !isFlagged && isHarmful ? 1 : 0;
        }

        return new LabPoint(threshold, hits, alarms, missed, work);
    }
}

/// <summary>Counts at a threshold: <paramref name="Hits"/> harmful and flagged, <paramref name="Alarms"/> harmless and flagged, <paramref name="Missed"/> harmful and not flagged; <paramref name="Work"/> all flagged frames.</summary>
public sealed record LabPoint(double Threshold, int Hits, int Alarms, int Missed, int Work)
{
    /// <summary>Share of flagged frames that are harmful; null when none is flagged.</summary>
    public double? Precision => Hits + Alarms == 0 ? null : (double)Hits / (Hits + Alarms);

    /// <summary>Share of harmful frames that are flagged; null when none is harmful.</summary>
    public double? Recall => Hits + Missed == 0 ? null : (double)Hits / (Hits + Missed);

    /// <summary>Harmonic mean of both; null where one is unknown.</summary>
    public double? F1 => Precision is { } p && Recall is { } r ? (p + r == 0 ? 0 : 2 * p * r / (p + r)) : null;
}

/// <summary>What another threshold means: <paramref name="More"/> frames for people (negative: fewer), <paramref name="Missed"/> harmful ones cleared, and <paramref name="MissedNow"/> as it stands.</summary>
public sealed record LabEffect(int More, int Missed, int MissedNow);

/// <summary>Frames whose word would change from one to another, or stay.</summary>
public sealed record LabMove(Decision From, Decision To, int Frames);

/// <summary>
/// Two policies on the same frames. <paramref name="Missed"/>: denied by a person and cleared by the new policy; <paramref name="Needless"/>: allowed by a person and not cleared;
/// <paramref name="Spared"/>: frames that would no longer go to people.
/// </summary>
public sealed record LabBacktest(int Frames, ImmutableArray<LabMove> Moves, int Missed, int Needless, int Spared);
