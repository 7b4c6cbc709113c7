using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation.Lab;

/// <summary>A frame with what backends saw in it and what a person decided; <paramref name="Human"/> null = nobody has looked.</summary>
public sealed record LabSample(ImmutableArray<Finding> Findings, Decision? Human, string? HumanLabel)
{
    /// <summary>The greatest confidence for a label, what lies below it and what is mapped to it included; null when nothing was seen.</summary>
    public double? ScoreOf(string label)
    {
        double? best = null;
        foreach (var finding in Findings)
        {
            if (double.IsFinite(finding.Confidence) && !(best >= finding.Confidence) && LabelTree.PlacesOf(finding.Label).Ids.Contains(label))
            {
                best = finding.Confidence;
            }
        }

        return best;
    }

    /// <summary>Whether a person denied the frame for something of the label's category. People choose broad labels, so a narrower comparison would count true hits as misses.</summary>
    public bool IsHarmfulAs(string label) => Human == Decision.Block && IsSameCategory(HumanLabel, label);

    /// <summary>Whether two labels share a category.</summary>
    public static bool IsSameCategory(string? one, string? other) => Categories(one).Overlaps(Categories(other));

    private static HashSet<string> Categories(string? label) => [.. LabelTree.PlacesOf(label).Ids.Where(id => !id.Contains('/'))];
}
