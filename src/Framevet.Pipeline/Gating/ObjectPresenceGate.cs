using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>Asks for things by name in what the metric <c>objects</c> found. Names are those of the detector's labels, in any case.</summary>
[Part("object-presence", "Things wanted", "Keeps frames that show certain things and none of certain others, e.g. 'dog, cat'. Needs the score 'objects'.")]
public sealed class ObjectPresenceGate(ObjectPresenceGateOptions options) : IGate
{
    private readonly ImmutableArray<string> _wanted = ObjectPresenceGateOptions.Names(options.Wanted);
    private readonly ImmutableArray<string> _unwanted = ObjectPresenceGateOptions.Names(options.Unwanted);

    /// <inheritdoc/>
    public ImmutableArray<string> Needs => ["object-count"];

    /// <inheritdoc/>
    public GateResult Check(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Detections?.Objects is not { } objects)
        {
            return GateResult.Failed("nobody looked for things");
        }

        var seen = objects.Where(o => o.Score >= options.MinScore).ToLookup(o => o.Label, StringComparer.OrdinalIgnoreCase);
        var missing = _wanted.Where(w => !seen.Contains(w)).ToList();
        var isLacking = options.All ? missing.Count > 0 : !_wanted.IsEmpty && missing.Count == _wanted.Length;
        var reasons = new List<string>();
        if (isLacking)
        {
            reasons.Add($"no {string.Join(options.All ? " and no " : ", no ", missing)}");
        }

        reasons.AddRange(_unwanted.Where(seen.Contains).Select(u => string.Create(CultureInfo.InvariantCulture, $"unwanted: {u} ({seen[u].Max(o => o.Score):0.00})")));
        return reasons.Count == 0 ? GateResult.Passed : GateResult.Failed(string.Join("; ", reasons));
    }
}

/// <summary>Options of <see cref="ObjectPresenceGate"/>.</summary>
public sealed record ObjectPresenceGateOptions : IValidatableObject
{
    private static readonly char[] Separators = [',', ';', '\n'];

    /// <summary>Labels.</summary>
    [Display(Name = "Wanted", Description = "Names of things, separated by commas, e.g. 'dog, cat'. Empty asks for nothing.")]
    public string Wanted { get; init; } = "person";

    /// <summary>Labels.</summary>
    [Display(Name = "Unwanted", Description = "Names of things, separated by commas; a frame that shows one is dropped.")]
    public string Unwanted { get; init; } = "";

    /// <summary>Whether every wanted thing must be there.</summary>
    [Display(Name = "All of them", Description = "Every wanted thing must be there; otherwise one is enough.")]
    public bool All { get; init; }

    /// <summary>0..1.</summary>
    [Display(Name = "Least certainty", Description = "Things of which the detector is less sure do not count.")]
    [Range(0.0, 1.0)]
    public double MinScore { get; init; } = 0.65;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Names(Wanted).Intersect(Names(Unwanted), StringComparer.OrdinalIgnoreCase).Any() ? [new ValidationResult("the same thing is wanted and unwanted")] : [];

    internal static ImmutableArray<string> Names(string text) => [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
