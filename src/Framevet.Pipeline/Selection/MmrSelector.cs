using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// Quality and novelty in one number: maximal marginal relevance (J. Carbonell and J. Goldstein, SIGIR 1998), each round the greatest λ·relevance + (1 − λ)·novelty. Relevance
/// is 0..1 within the run. Novelty is 1 less the greatest similarity to a pick, w·look + (1 − w)·time, with look = 1 − distance/32 of the fingerprints (at least 0) and
/// time = e^(−Δt/τ). No gap is forced, unlike in <see cref="DiverseSelector"/>: λ, w and τ alone decide. Equal values go to the earlier frame. Effort O(n·k).
/// </summary>
[Part("mmr", "Quality and novelty", "Picks frames one by one, each the best mix of its score and how much it differs in look and time from those picked before.")]
public sealed class MmrSelector(MmrSelectorOptions options, PartCatalog catalog) : ISelector
{
    private const double UnrelatedDistance = 32;

    private readonly Relevance _relevance = new(options.Score, catalog);

    /// <inheritdoc/>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates) => Pick(candidates, []);

    /// <summary>
    /// Best first of those of <paramref name="candidates"/> that are not <paramref name="taken"/> yet: those taken count as picked before, so nothing like them is new. Together they are at
    /// most the wanted number; ranks go on after them.
    /// </summary>
    public ImmutableArray<Pick> Pick(ImmutableArray<Candidate> candidates, ImmutableArray<Candidate> taken)
    {
        // In time order the first of equal values is the earlier frame, whatever the order of the input.
        var frames = candidates.ByTime();
        var relevance = _relevance.Scaled(frames);
        var novelty = new double[frames.Length];
        Array.Fill(novelty, 1);
        var before = taken.Select(t => t.Pts).ToHashSet();
        var open = Enumerable.Range(0, frames.Length).Where(i => !before.Contains(frames[i].Pts)).ToList();
        foreach (var i in open)
        {
            novelty[i] = taken.Select(t => 1 - Similarity(frames[i], t)).DefaultIfEmpty(1).Min();
        }

        var picks = ImmutableArray.CreateBuilder<Pick>();
        while (taken.Length + picks.Count < options.Count && open.Count > 0)
        {
            var best = open.MaxBy(i => (options.Lambda * relevance[i]) + ((1 - options.Lambda) * novelty[i]));
            open.Remove(best);
            picks.Add(new Pick(frames[best], taken.Length + picks.Count + 1, Reason(frames[best], relevance[best], novelty[best], taken.IsEmpty && picks.Count == 0)));
            foreach (var i in open)
            {
                novelty[i] = Math.Min(novelty[i], 1 - Similarity(frames[i], frames[best]));
            }
        }

        return picks.ToImmutable();
    }

    private double Similarity(Candidate a, Candidate b)
    {
        var look = Math.Max(0, 1 - (Fingerprint.Distance(a.Fingerprint, b.Fingerprint) / UnrelatedDistance));
        var time = Math.Exp(-Math.Abs(a.Pts.Seconds - b.Pts.Seconds) / options.TimeScaleSeconds);
        return (options.LookWeight * look) + ((1 - options.LookWeight) * time);
    }

    private string Reason(Candidate frame, double relevance, double novelty, bool isFirst) => isFirst
        ? $"best {_relevance.Words(frame)}"
        : string.Create(CultureInfo.InvariantCulture, $"relevance {relevance:0.00} ({_relevance.Words(frame)}) and novelty {novelty:0.00}");
}

/// <summary>Options of <see cref="MmrSelector"/>.</summary>
public sealed record MmrSelectorOptions
{
    /// <summary>Most picks.</summary>
    [Display(Name = "Frames", Description = "How many frames are picked at most.")]
    [Range(1, 1000)]
    [ShortFlag("count")]
    public int Count { get; init; } = 12;

    /// <summary>Id of the score that says how good a frame is.</summary>
    [Display(Name = "Score", Description = "The score that says how good a frame is.")]
    [ScoreName]
    public string Score { get; init; } = "quality";

    /// <summary>λ: 1 only the score counts, 0 only novelty.</summary>
    [Display(Name = "Score against novelty", Description = "1 looks at the score only, 0 at novelty only.")]
    [Range(0.0, 1.0)]
    public double Lambda { get; init; } = 0.6;

    /// <summary>w: 1 only the look makes frames similar, 0 only nearness in time.</summary>
    [Display(Name = "Look against time", Description = "1 counts only the look as similar, 0 only nearness in time.")]
    [Range(0.0, 1.0)]
    public double LookWeight { get; init; } = 0.7;

    /// <summary>τ in seconds of media time: after so long the similarity in time has fallen to 37 %.</summary>
    [Display(Name = "Time scale (s)", Description = "After how many seconds two frames count as mostly apart in time.")]
    [Range(0.01, 36_000.0)]
    public double TimeScaleSeconds { get; init; } = 10;
}
