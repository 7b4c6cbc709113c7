using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Gating;

/// <summary>
/// Drops a frame that looks like one of the last kept ones: Hamming distance of the fingerprints at most the limit. The first of a group
/// stays, and a dropped frame is not remembered, so a slow pan keeps a frame whenever it has moved on far enough.
/// </summary>
[Part("duplicate", "Near duplicates", "Drops a frame that looks like one of the frames kept shortly before.")]
public sealed class DuplicateGate(DuplicateGateOptions options) : IGate
{
    // A ring once Window frames are kept; it only grows while the window is unlimited.
    private readonly List<(ulong Fingerprint, int Index, Pts Pts)> _kept = [];
    private int _oldest;

    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public GateResult Check(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var nearest = -1;
        var distance = int.MaxValue;
        for (var i = 0; i < _kept.Count; i++)
        {
            var d = Fingerprint.Distance(_kept[i].Fingerprint, candidate.Fingerprint);

            // Of equally near frames the earlier one is named, whatever its place in the ring.
            if (d < distance || (d == distance && _kept[i].Pts < _kept[nearest].Pts))
            {
                (nearest, distance) = (i, d);
            }
        }

        if (nearest >= 0 && distance <= options.MaxDistance)
        {
            var (_, index, pts) = _kept[nearest];
            return GateResult.Failed(Repetition.Of(index, pts, distance));
        }

        Remember((candidate.Fingerprint, candidate.Index, candidate.Pts));
        return GateResult.Passed;
    }

    private void Remember((ulong Fingerprint, int Index, Pts Pts) frame)
    {
        if (options.Window == 0 || _kept.Count < options.Window)
        {
            _kept.Add(frame);
            return;
        }

        _kept[_oldest] = frame;
        _oldest = (_oldest + 1) % options.Window;
    }
}

/// <summary>Options of <see cref="DuplicateGate"/>.</summary>
public sealed record DuplicateGateOptions
{
    /// <summary>Greatest Hamming distance 0..64 that still counts as the same look; unrelated pictures lie around 32.</summary>
    [Display(Name = "Distance", Description = "How different two frames may be and still count as the same: 0 only identical looks, 10 quite loose, 32 unrelated.")]
    [Range(0, 64)]
    public int MaxDistance { get; init; } = 6;

    /// <summary>Kept frames to compare with; 0 = all of the run.</summary>
    [Display(Name = "Window", Description = "How many of the last kept frames are compared with; 0 compares with all.")]
    [Range(0, 100_000)]
    public int Window { get; init; } = 30;
}
