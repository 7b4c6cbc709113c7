using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scenes;

/// <summary>
/// A cut is a frame whose colours differ much from those of the frame before (see <see cref="ContentScore"/>), after as long a calm as the shortest scene takes: of changes
/// that follow each other sooner, as in a fast pan, only the first can be a cut. After a flash the picture looks as before, so it is none (<see cref="FlashGuard"/>). Times are
/// the frames' own. Method and threshold: PySceneDetect's ContentDetector, which by default lets the first and the last of such changes count.
/// </summary>
[Part("content", "Colour change", "Cuts where hue, saturation and brightness change much from one frame to the next.")]
public sealed class ContentDetector(ContentDetectorOptions options) : IDividedDetector
{
    /// <summary>Frames after a cut that are seen before it is announced.</summary>
    internal const int Lag = FlashGuard.Lag;

    private readonly ContentScore _score = new();
    private readonly FlashGuard _guard = new();
    private readonly List<FrameStamp> _found = [];
    private readonly float[] _look = new float[FlashGuard.LookSize];
    private Pts? _lastChange;

    /// <summary>A change longer ago than the shortest scene no longer matters; a little more, so that the first frame's missing score does not either.</summary>
    public TimeSpan? WarmUp => TimeSpan.FromSeconds(options.MinSceneSeconds + 0.5);

    /// <inheritdoc/>
    public int LooksAfter => Lag;

    /// <inheritdoc/>
    public void Look(in Frame frame, ICollection<FrameStamp> cuts)
    {
        var sight = See(in frame);
        Judge(in sight, cuts);
    }

    /// <inheritdoc/>
    public SceneSight See(in Frame frame)
    {
        var score = _score.Next(in frame);
        FlashGuard.Take(in frame, _look);
        return new SceneSight(new FrameStamp(frame.Index, frame.Pts, frame.IsKey), score, false, _look);
    }

    /// <inheritdoc/>
    public bool MayCut(in SceneSight before, in SceneSight sight) => !(sight.Score < options.Threshold);

    /// <inheritdoc/>
    public void Judge(in SceneSight sight, ICollection<FrameStamp> cuts)
    {
        ArgumentNullException.ThrowIfNull(cuts);
        Find(in sight);
        _guard.Look(in sight, _found, cuts);
    }

    /// <inheritdoc/>
    public void Complete(ICollection<FrameStamp> cuts)
    {
        ArgumentNullException.ThrowIfNull(cuts);
        _guard.Complete(_found, cuts);
    }

    private void Find(in SceneSight sight)
    {
        _lastChange ??= sight.Stamp.Pts;

        // NaN, the score of the first frame, is no change.
        if (!(sight.Score >= options.Threshold))
        {
            return;
        }

        if (SceneLength.IsReached(_lastChange.Value, sight.Stamp.Pts, options.MinSceneSeconds))
        {
            _found.Add(sight.Stamp);
        }

        _lastChange = sight.Stamp.Pts;
    }
}

/// <summary>Options of <see cref="ContentDetector"/>.</summary>
public sealed record ContentDetectorOptions
{
    /// <summary>Least mean difference of hue, saturation and value that is a cut, on a scale of 0..255.</summary>
    [Display(Name = "Threshold", Description = "How much the colours must change: less finds more cuts. Hard cuts mostly lie above 27, motion below.")]
    [Range(1.0, 255.0)]
    public double Threshold { get; init; } = 27;

    /// <summary>Least length of a scene in seconds of media time.</summary>
    [Display(Name = "Shortest scene (s)", Description = "Seconds of the clip that a scene lasts at least; changes that come sooner are no cuts.")]
    [Range(0.0, 3600.0)]
    public double MinSceneSeconds { get; init; } = 0.6;
}

/// <summary>Compares lengths of scenes.</summary>
internal static class SceneLength
{
    // Time bases such as 1/90000 make 15 frames of 25 a second a hair more or less than 0.6 s.
    private const double Slack = 1e-4;

    /// <summary>Whether a scene that begins at <paramref name="start"/> has lasted long enough at <paramref name="end"/>.</summary>
    public static bool IsReached(Pts start, Pts end, double seconds) => end.Seconds - start.Seconds >= seconds - Slack;
}
