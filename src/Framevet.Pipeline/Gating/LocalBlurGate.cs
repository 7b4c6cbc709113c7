using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Drops frames that are much less sharp than the frames of the same scene shortly before and after them. A floor of one number for all material cannot tell a blurred street from a clear sky; the same scene at another
/// moment can. Compared with the value that the sharpest quarter of the neighbourhood reaches, the frame itself included; a frame without neighbours passes, and so does everything in a scene that is blurred
/// throughout: such scenes are for a fixed floor. Without a scene list the whole run counts as one scene.
/// </summary>
[Part("local-blur", "Blurred beside its neighbours", "Drops frames that are much less sharp than their scene is shortly before and after them.")]
public sealed class LocalBlurGate(LocalBlurGateOptions options) : IRunGate
{
    private const double Level = 75; // percentile of the neighbourhood

    /// <inheritdoc/>
    public Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        var answers = new GateResult[candidates.Length];
        foreach (var scene in Enumerable.Range(0, candidates.Length).GroupBy(i => candidates[i].Scene))
        {
            Judge([.. scene], candidates, answers, ct);
        }

        return Task.FromResult<ImmutableArray<GateResult>>([.. answers]);
    }

    // A window slides over the frames of a scene; its values are kept in order.
    private void Judge(int[] frames, ImmutableArray<Candidate> candidates, GateResult[] answers, CancellationToken ct)
    {
        var window = new List<double>();
        var (first, next) = (0, 0);
        foreach (var i in frames)
        {
            ct.ThrowIfCancellationRequested();
            var now = candidates[i].Pts.Seconds;
            for (; next < frames.Length && candidates[frames[next]].Pts.Seconds <= now + options.Seconds; next++)
            {
                if (candidates[frames[next]].Score(options.Score) is { } comes)
                {
                    window.Insert(Place(window, comes), comes);
                }
            }

            for (; candidates[frames[first]].Pts.Seconds < now - options.Seconds; first++)
            {
                if (candidates[frames[first]].Score(options.Score) is { } goes)
                {
                    window.RemoveAt(Place(window, goes));
                }
            }

            answers[i] = Judge(candidates[i].Score(options.Score), window);
        }
    }

    private GateResult Judge(float? score, List<double> window)
    {
        if (score is not { } value)
        {
            return GateResult.Failed(ScoreText.Unknown(options.Score));
        }

        var level = Distribution.Percentile(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(window), Level);
        var least = level * options.Percent / 100;
        return value >= least ? GateResult.Passed : GateResult.Failed(string.Create(CultureInfo.InvariantCulture,
            $"blurred: {options.Score} {ScoreText.Beside(value, least)} is below {options.Percent} % of the {level:0.#} that its scene reaches within {options.Seconds} s"));
    }

    private static int Place(List<double> rising, double value)
    {
        var place = rising.BinarySearch(value);
        return place < 0 ? ~place : place;
    }
}

/// <summary>Options of <see cref="LocalBlurGate"/>.</summary>
public sealed record LocalBlurGateOptions
{
    /// <summary>Id of a score that is higher for sharper pictures.</summary>
    [Display(Name = "Score", Description = "The score that says how sharp a frame is; higher must mean sharper.")]
    [ScoreName]
    public string Score { get; init; } = "sharpness";

    /// <summary>How far the neighbourhood reaches before and after the frame, in seconds.</summary>
    [Display(Name = "Seconds", Description = "How many seconds before and after a frame count as its neighbourhood, within its scene.")]
    [Range(0.1, 600.0)]
    public double Seconds { get; init; } = 3;

    /// <summary>Least share of the neighbourhood's level in percent.</summary>
    [Display(Name = "Percent", Description = "A frame below this share of what the sharpest quarter of its neighbourhood reaches is dropped; 0 switches the gate off.")]
    [Range(0.0, 100.0)]
    public double Percent { get; init; } = 25;
}
