using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Evenly spread frames at a target rate, and always the last frame (PyFrame's DenseUniformSampler with its later tail coverage): every
/// stride-th frame with stride = max(1, round(rate of the file / target)), halves rounded to even. Where the frame count contradicts rate times duration the
/// spacing is not constant, or the rate unknown: then one frame for each 1/target seconds by the frames' own stamps, so that the spread is even in time. The original
/// counts there, too, and leaves slow passages thin.
/// </summary>
[Part("dense", "Evenly, with the tail", "Scores frames evenly at a target rate and always the last frame.")]
public sealed class DenseSampler(DenseSamplerOptions options) : ISampler
{
    // Frames that containers add or lose at the ends do not make a rate variable.
    private const double FrameTolerance = 2;
    private const double RelativeTolerance = 0.02;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media)
    {
        ArgumentNullException.ThrowIfNull(media);
        if (ConstantRate(media) is not { } rate)
        {
            return new DecodePlan.Interval(TimeSpan.FromSeconds(1 / options.Fps)) { WithLast = true };
        }

        var stride = (int)Math.Clamp(Math.Round(rate / options.Fps), 1, 1_000_000);
        return stride == 1 ? new DecodePlan.EveryFrame() : new DecodePlan.Nth(stride) { WithLast = true };
    }

    /// <summary>The file's rate in Hz when all that is known speaks for a constant one; null otherwise.</summary>
    private static double? ConstantRate(MediaInfo media)
    {
        if (media is not { Kind: MediaKind.Video, FrameRate: { } rate and > 0 and <= 480 } || media.IsVariableRate)
        {
            return null;
        }

        return media is { FrameCountHint: { } frames, Duration.TotalSeconds: var seconds } && Math.Abs(frames - (rate * seconds)) > Math.Max(FrameTolerance, RelativeTolerance * frames)
            ? null
            : rate;
    }
}

/// <summary>Options of <see cref="DenseSampler"/>.</summary>
public sealed record DenseSamplerOptions
{
    /// <summary>Target rate in frames per second of media time.</summary>
    [Display(Name = "Frames per second", Description = "Scored frames for each second of the clip.")]
    [Range(0.01, 120.0)]
    public double Fps { get; init; } = 2.0;
}
