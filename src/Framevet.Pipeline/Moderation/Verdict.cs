using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation;

/// <summary>Outcome for one frame or item. Order is severity: raising a confidence never lowers it.</summary>
public enum Decision
{
    /// <summary>May be shown and exported.</summary>
    Allow,
    /// <summary>A person must look; counts as not allowed until then.</summary>
    Escalate,
    /// <summary>Must not be shown.</summary>
    Block,
}

/// <summary>Decision with its reason in words, who said it (backend id, <c>policy</c> or user name) and the label that tipped it, if any.</summary>
public sealed record Verdict(Decision Decision, string Reason, string By, string? Label = null, double? Confidence = null)
{
    /// <summary>The versions that it rests on; null for verdicts from before they were kept.</summary>
    public VerdictBasis? Basis { get; init; }
}

/// <summary>
/// What a verdict rests on: version of the taxonomy, of the policy with its thresholds (0 = built in, or the recipe's own bands), and of the model that said the word
/// (<c>backend version</c>), null when no model did.
/// </summary>
public sealed record VerdictBasis(string Taxonomy, int Policy, string? Model = null);

/// <summary>Everything known about one frame after the cascade.</summary>
public sealed record Judgement(Verdict Verdict, ImmutableArray<Finding> Findings);
