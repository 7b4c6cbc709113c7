using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>One difference between two policies, in words. <paramref name="Before"/> null = inherited before, <paramref name="After"/> null = inherited from now on.</summary>
public sealed record PolicyChange(string Place, string? Before, string? After)
{
    /// <summary>Place of the default band.</summary>
    public const string Default = "every other label";

    /// <summary>All differences, labels in order of their ids.</summary>
    public static ImmutableArray<PolicyChange> Between(PolicyDocument before, PolicyDocument after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var old = Words(before);
        var young = Words(after);
        return
        [
            .. old.Keys.Union(young.Keys).Order(StringComparer.Ordinal)
                .Select(place => new PolicyChange(place, old.GetValueOrDefault(place), young.GetValueOrDefault(place)))
                .Where(c => c.Before != c.After),
        ];
    }

    /// <summary>A band in words.</summary>
    public static string Words(LabelBand band)
    {
        ArgumentNullException.ThrowIfNull(band);
        var block = band.BlockFrom > 1 ? "never blocked" : string.Create(CultureInfo.InvariantCulture, $"blocked from {band.BlockFrom:0.###}");
        return string.Create(CultureInfo.InvariantCulture, $"cleared below {band.AllowBelow:0.###}, {block}");
    }

    /// <summary>A rule in words.</summary>
    public static string Words(VerdictRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Kind switch
        {
            VerdictRuleKind.Agreement when rule.Window > 0 => $"{rule.Frames} of {rule.Window} frames in a row must agree",
            VerdictRuleKind.Agreement => $"{rule.Frames} frames must agree",
            VerdictRuleKind.Mean => $"mean of the {rule.Frames} worst frames",
            _ => "the worst frame decides",
        };
    }

    private static Dictionary<string, string> Words(PolicyDocument policy)
    {
        var words = policy.Bands.ToDictionary(b => b.Key, b => Words(b.Value), StringComparer.Ordinal);
        foreach (var (label, rule) in policy.Rules)
        {
            words[$"{label} (clip)"] = Words(rule);
        }

        words["taxonomy"] = policy.Taxonomy;
        words[Default] = Words(policy.DefaultBand);
        words[$"{Default}, local classifier"] = Words(policy.LocalBand);
        words[$"{Default} (clip)"] = Words(policy.DefaultRule);
        return words;
    }
}
