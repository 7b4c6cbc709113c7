using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// The word on a whole file, from the confidences of its frames by the policy's rule for each label. Pure. A frame that nobody could judge makes the file uncertain whatever the
/// others say. A rule milder than "the worst frame decides" also clears frames that are in doubt for its label alone, never one that is blocked.
/// </summary>
public sealed record ClipVerdict(Decision Decision, string Reason, string? Label, double? Confidence, ImmutableArray<ClipLabel> Labels)
{
    /// <summary>The file's verdict. <paramref name="tierOf"/> says how much weight a backend's word has.</summary>
    public static ClipVerdict Of(ImmutableArray<Candidate> frames, ModerationPolicy policy, Func<string, ModerationTier> tierOf)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (frames.IsDefaultOrEmpty)
        {
            return new ClipVerdict(Decision.Escalate, "no frame could be judged, so a person must look", null, null, []);
        }

        var labels = LabelsOf(frames, policy, tierOf);
        var worst = labels.OrderByDescending(l => l.Decision).ThenByDescending(l => l.Confidence).FirstOrDefault();
        var unjudged = frames.FirstOrDefault(f => f.Judgement is null or { Verdict: { Decision: Decision.Escalate, Label: null } });
        var stands = frames.Where(f => f.Judgement is { Verdict.Decision: Decision.Block }).Select(f => f.Judgement!.Verdict).FirstOrDefault();
        if (stands is not null || worst is { Decision: Decision.Block })
        {
            return new ClipVerdict(Decision.Block, stands?.Reason ?? worst!.Words, stands?.Label ?? worst?.Label, stands?.Confidence ?? worst?.Confidence, labels);
        }

        if (unjudged is not null)
        {
            return new ClipVerdict(Decision.Escalate, unjudged.Judgement?.Verdict.Reason ?? "a frame was not judged, so a person must look", null, null, labels);
        }

        return worst is { Decision: Decision.Escalate }
            ? new ClipVerdict(Decision.Escalate, worst.Words, worst.Label, worst.Confidence, labels)
            : new ClipVerdict(Decision.Allow, "nothing found that the policy does not allow", worst?.Label, worst?.Confidence, labels);
    }

    /// <summary>Doubtful frames that a milder rule clears: every label that is in doubt on them is allowed for the file as a whole.</summary>
    public static ImmutableArray<ClipChange> Relieved(ImmutableArray<Candidate> frames, ModerationPolicy policy, Func<string, ModerationTier> tierOf)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var allowed = LabelsOf(frames, policy, tierOf).Where(l => l.Decision == Decision.Allow && l.Rule.Kind != VerdictRuleKind.Greatest).ToDictionary(l => l.Label);
        if (allowed.Count == 0)
        {
            return [];
        }

        return
        [
            .. frames.Where(f => f.Judgement is { Verdict: { Decision: Decision.Escalate, Label: not null } } j
                    && InDoubt(j, policy, tierOf).All(x => allowed.ContainsKey(x.Label)) && InDoubt(j, policy, tierOf).Any())
                .Select(f => new ClipChange(f.Pts, Relief(f.Judgement!.Verdict, allowed[InDoubt(f.Judgement, policy, tierOf).First().Label]), [])),
        ];
    }

    private static Verdict Relief(Verdict doubt, ClipLabel label) => doubt with
    {
        Decision = Decision.Allow,
        Reason = string.Create(CultureInfo.InvariantCulture, $"{doubt.Reason}; but {PolicyChange.Words(label.Rule)}, and the file as a whole reaches {label.Confidence:0.00} only"),
        By = "policy",
    };

    private static IEnumerable<Finding> InDoubt(Judgement judgement, ModerationPolicy policy, Func<string, ModerationTier> tierOf) =>
        Counting(judgement, tierOf).Where(f => LabelTree.Find(f.Label) is null or { IsHarm: true })
            .Where(f => policy.DecisionFor(f.Label, f.Confidence, tierOf(f.Backend)) != Decision.Allow);

    private static ImmutableArray<ClipLabel> LabelsOf(ImmutableArray<Candidate> frames, ModerationPolicy policy, Func<string, ModerationTier> tierOf)
    {
        var found = frames.SelectMany(f => Counting(f.Judgement, tierOf)).Where(f => LabelTree.Find(f.Label) is null or { IsHarm: true }).GroupBy(f => f.Label);
        var labels = ImmutableArray.CreateBuilder<ClipLabel>();
        foreach (var label in found)
        {
            // In time order, 0 where a judged frame does not show it.
            ImmutableArray<double> confidences =
                [.. frames.OrderBy(f => f.Pts).Where(f => f.Judgement is not null).Select(f => Counting(f.Judgement, tierOf).Where(x => x.Label == label.Key).Select(x => x.Confidence).DefaultIfEmpty(0).Max())];
            var rule = policy.Document.RuleOf(label.Key);
            var confidence = rule.Of(confidences);
            labels.Add(new ClipLabel(label.Key, confidence, rule, policy.DecisionFor(label.Key, confidence, label.Max(f => tierOf(f.Backend)))));
        }

        return labels.ToImmutable();
    }

    // Once a precise backend has spoken about a frame the screen's word no longer counts.
    private static IEnumerable<Finding> Counting(Judgement? judgement, Func<string, ModerationTier> tierOf)
    {
        var findings = judgement?.Findings ?? [];
        var top = judgement is not null && tierOf(judgement.Verdict.By) == ModerationTier.Precise ? ModerationTier.Precise
            : findings.Select(f => tierOf(f.Backend)).DefaultIfEmpty(ModerationTier.Screen).Max();
        return findings.Where(f => tierOf(f.Backend) == top);
    }
}

/// <summary>A label on a whole file: its confidence by the rule, and what the bands say about it.</summary>
public sealed record ClipLabel(string Label, double Confidence, VerdictRule Rule, Decision Decision)
{
    internal string Words => string.Create(CultureInfo.InvariantCulture, $"{Label} {Confidence:0.00} ({PolicyChange.Words(Rule)})");
}
