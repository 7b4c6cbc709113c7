using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// The word on a whole file as it stands, people included, with what it rests on. Pure. What a person denied stands; where people have allowed every frame in doubt, the file is allowed.
/// <paramref name="Rule"/>, <paramref name="Band"/> and <paramref name="Confidence"/> (0..1, by the rule) belong to <paramref name="Label"/>, and are null where no label tipped it.
/// </summary>
public sealed record ClipWord(
    Decision Decision, string Reason, ClipStage Stage, string? By, string? Label, double? Confidence, VerdictRule? Rule, ClipBand? Band, ClipVersions Versions, ImmutableArray<ClipLabel> Labels)
{
    private static readonly ImmutableArray<string> Steps = [ModerationPolicy.Name, ClipCascade.Name, Banks.BankModerator.Name, ClipModeration.Decoder];

    /// <summary>The word on these frames. <paramref name="tierOf"/> says how much weight a backend's word has; null for what is no backend.</summary>
    public static ClipWord Of(ImmutableArray<Candidate> frames, ModerationPolicy policy, Func<string, ModerationTier?> tierOf)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(tierOf);
        ModerationTier TierOrScreen(string by) => tierOf(by) ?? ModerationTier.Screen;
        var machines = ClipVerdict.Of(frames, policy, TierOrScreen);
        var versions = VersionsOf(frames, policy);
        ImmutableArray<Judgement> judged = [.. frames.Select(f => f.Judgement).OfType<Judgement>()];
        if (ByPeople([.. judged.Select(j => j.Verdict)], frames.Length, tierOf) is { } word)
        {
            return new ClipWord(word.Decision, word.Reason, ClipStage.Person, word.By, word.Label, word.Confidence, null, null, versions, machines.Labels);
        }

        // The frame whose word is the file's: the same decision and label, the surest first.
        var ranked = judged.OrderByDescending(j => j.Verdict.Decision).ThenByDescending(j => j.Verdict.Confidence ?? -1).ToList();
        var behind = ranked.FirstOrDefault(j => j.Verdict.Decision == machines.Decision && (machines.Label is null || j.Verdict.Label == machines.Label)) ?? ranked.FirstOrDefault();
        var label = machines.Labels.FirstOrDefault(l => l.Label == machines.Label);
        var band = label is null ? null : BandOf(label, frames, policy, TierOrScreen);
        return new ClipWord(machines.Decision, machines.Reason, StageOf(behind, tierOf), behind?.Verdict.By, machines.Label, machines.Confidence, label?.Rule, band, versions, machines.Labels);
    }

    // Machines sign with their id or step, people with their name.
    private static Verdict? ByPeople(ImmutableArray<Verdict> verdicts, int frames, Func<string, ModerationTier?> tierOf)
    {
        bool IsPersons(Verdict verdict) => tierOf(verdict.By) is null && !Steps.Contains(verdict.By);
        var denied = verdicts.FirstOrDefault(v => IsPersons(v) && v.Decision == Decision.Block);
        var isAllClear = verdicts.Length == frames && verdicts.All(v => v.Decision == Decision.Allow);
        return denied ?? (isAllClear ? verdicts.FirstOrDefault(IsPersons) : null);
    }

    // What the policy cleared by a milder rule was said by the backends whose findings it weighed.
    private static ClipStage StageOf(Judgement? behind, Func<string, ModerationTier?> tierOf) => behind switch
    {
        null => ClipStage.None,
        { Verdict.By: Banks.BankModerator.Name } => ClipStage.Bank,
        { Verdict.By: ModerationPolicy.Name } => StageOf(behind.Findings.Select(f => tierOf(f.Backend)).Max()),
        _ => StageOf(tierOf(behind.Verdict.By)),
    };

    private static ClipStage StageOf(ModerationTier? tier) => tier switch
    {
        ModerationTier.Screen => ClipStage.Screen,
        ModerationTier.Local => ClipStage.Local,
        ModerationTier.Precise => ClipStage.Precise,
        _ => ClipStage.None,
    };

    private static ClipBand BandOf(ClipLabel label, ImmutableArray<Candidate> frames, ModerationPolicy policy, Func<string, ModerationTier> tierOf)
    {
        var tier = frames.SelectMany(f => f.Judgement?.Findings ?? []).Where(f => f.Label == label.Label).Select(f => tierOf(f.Backend)).DefaultIfEmpty(ModerationTier.Screen).Max();
        return ClipBand.Of(label.Confidence, policy.BandOf(label.Label, tier));
    }

    private static ClipVersions VersionsOf(ImmutableArray<Candidate> frames, ModerationPolicy policy)
    {
        var judged = frames.Select(f => f.Judgement).OfType<Judgement>().ToList();
        var models = judged.SelectMany(j => j.Findings.Select(f => $"{f.Backend} {f.ModelVersion}"))
            .Concat(judged.Where(j => j.Verdict.By != Banks.BankModerator.Name).Select(j => j.Verdict.Basis?.Model).OfType<string>());
        return new ClipVersions(policy.Basis.Taxonomy, policy.Basis.Policy, [.. models.Distinct().Order(StringComparer.Ordinal)]);
    }
}

/// <summary>Who said the word that counts. Names are an API.</summary>
public enum ClipStage
{
    /// <summary>Nobody could: a failure, a limit or a spent budget left the file to people.</summary>
    None,
    /// <summary>An earlier decision was used again.</summary>
    Bank,
    /// <summary>A screen.</summary>
    Screen,
    /// <summary>A classifier on this machine.</summary>
    Local,
    /// <summary>A precise service.</summary>
    Precise,
    /// <summary>A person.</summary>
    Person,
}

/// <summary>The three bands of a label. Names are an API.</summary>
public enum BandName
{
    /// <summary>Below the lower bound.</summary>
    Clear,
    /// <summary>Between the bounds: a person looks.</summary>
    Human,
    /// <summary>From the upper bound on; a screen's word still only goes to people.</summary>
    Block,
}

/// <summary>The band that a confidence lies in, and its bounds 0..1; an upper bound above 1 is never reached.</summary>
public sealed record ClipBand(BandName Name, double AllowBelow, double BlockFrom)
{
    // As the policy decides: the upper bound first, and what is no number lies in no band that clears.
    internal static ClipBand Of(double confidence, LabelBand limits) => new(
        confidence >= limits.BlockFrom ? BandName.Block : confidence < limits.AllowBelow ? BandName.Clear : BandName.Human, limits.AllowBelow, limits.BlockFrom);
}

/// <summary>Versions that a word rests on: taxonomy, policy with its thresholds (0 = built in), and every model that said something (<c>backend version</c>).</summary>
public sealed record ClipVersions(string Taxonomy, int Policy, ImmutableArray<string> Models);
