using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Fingerprints propose, pictures decide: a frame is dropped when one of the last kept frames is within the distance and their structural similarity (see <see cref="Ssim"/>)
/// reaches the limit. The first of a group stays and a dropped frame is not remembered, as with <see cref="DuplicateGate"/>. A frame whose picture is gone cannot be
/// compared and stays.
/// </summary>
[Part("phash-ssim", "Duplicates, checked by picture", "Drops a frame that looks like one kept before: fingerprints propose, structural similarity of the pictures decides.")]
public sealed class PhashSsimGate(PhashSsimGateOptions options) : IRunGate
{
    // Pictures of 16 KiB kept at hand; the others are read again.
    private const int MostAtHand = 256;

    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public async Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(looks);
        var pictures = new Pictures(looks);
        var kept = new List<Candidate>();
        var answers = ImmutableArray.CreateBuilder<GateResult>(candidates.Length);
        foreach (var candidate in candidates)
        {
            ct.ThrowIfCancellationRequested();
            var reason = await RepeatedAsync(candidate, kept, pictures, ct).ConfigureAwait(false);
            answers.Add(reason is null ? GateResult.Passed : GateResult.Failed(reason));
            if (reason is null)
            {
                kept.Add(candidate);
            }
        }

        return answers.MoveToImmutable();
    }

    private async Task<string?> RepeatedAsync(Candidate candidate, List<Candidate> kept, Pictures pictures, CancellationToken ct)
    {
        var window = options.Window == 0 ? kept.Count : Math.Min(options.Window, kept.Count);
        var proposed = kept.Skip(kept.Count - window)
            .Select(k => (Frame: k, Distance: Fingerprint.Distance(k.Fingerprint, candidate.Fingerprint)))
            .Where(p => p.Distance <= options.MaxDistance)
            .OrderBy(p => p.Distance);
        foreach (var (frame, _) in proposed)
        {
            if (await pictures.OfAsync(frame, ct).ConfigureAwait(false) is { } before
                && await pictures.OfAsync(candidate, ct).ConfigureAwait(false) is { } now
                && Ssim.Of(before, now, ILooks.Side) is var similarity && similarity >= options.MinSimilarity)
            {
                return Repetition.Like(frame, similarity);
            }
        }

        return null;
    }

    /// <summary>Pictures with the last ones used at hand.</summary>
    private sealed class Pictures(ILooks looks)
    {
        private readonly Dictionary<Pts, float[]?> _atHand = [];
        private readonly Queue<Pts> _order = new();

        public async ValueTask<float[]?> OfAsync(Candidate candidate, CancellationToken ct)
        {
            if (_atHand.TryGetValue(candidate.Pts, out var picture))
            {
                return picture;
            }

            if (_order.Count == MostAtHand)
            {
                _atHand.Remove(_order.Dequeue());
            }

            picture = await looks.OfAsync(candidate, ct).ConfigureAwait(false);
            _atHand[candidate.Pts] = picture;
            _order.Enqueue(candidate.Pts);
            return picture;
        }
    }
}

/// <summary>Options of <see cref="PhashSsimGate"/>.</summary>
public sealed record PhashSsimGateOptions
{
    /// <summary>Greatest Hamming distance 0..64 at which pictures are compared at all.</summary>
    [Display(Name = "Distance", Description = "How different two fingerprints may be for the pictures to be compared: 0 only identical looks, 10 quite loose, 32 unrelated; a higher value drops more.")]
    [Range(0, 64)]
    public int MaxDistance { get; init; } = 10;

    /// <summary>Least similarity 0..1 that counts as the same picture.</summary>
    [Display(Name = "Similarity", Description = "How similar the pictures must be to count as the same: 1 only identical pictures, 0.95 hardly visible differences; a higher value drops less.")]
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; init; } = 0.95;

    /// <summary>Kept frames to compare with; 0 = all of the run.</summary>
    [Display(Name = "Window", Description = "How many of the last kept frames are compared with; 0 compares with all.")]
    [Range(0, 100_000)]
    public int Window { get; init; } = 30;
}
