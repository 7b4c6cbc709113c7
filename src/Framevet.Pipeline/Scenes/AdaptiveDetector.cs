using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scenes;

/// <summary>
/// A cut is a frame whose colour change (see <see cref="ContentScore"/>) is several times the mean of its neighbours', so that pans, shakes and fast motion, which
/// change every frame alike, are none. Method and thresholds: PySceneDetect's AdaptiveDetector. A fade changes no frame suddenly: where the picture goes dark and comes back, the
/// first frame that is seen again is a cut (as PySceneDetect's ThresholdDetector finds it); after a flash the picture looks as before, so it is none (<see cref="FlashGuard"/>). A cut is announced when the frames after it have been seen; at the end of the film
/// those that there are count.
/// </summary>
[Part("adaptive", "Sudden colour change", "Cuts where the colours change several times as much as just before and after: calm about pans and shaky cameras.")]
public sealed class AdaptiveDetector(AdaptiveDetectorOptions options) : IDividedDetector
{
    /// <summary>Frames after a cut that are seen before it is announced.</summary>
    internal const int Lag = Neighbours + FlashGuard.Lag;

    // Frames before and after a change that it is compared with.
    private const int Neighbours = 2;
    private const int Window = (2 * Neighbours) + 1;

    // Mean luma 0..255 below which a picture counts as dark.
    private const double Dark = 12;

    private readonly ContentScore _score = new();
    private readonly FlashGuard _guard = new();
    private readonly List<FrameStamp> _found = [];
    private readonly float[] _look = new float[FlashGuard.LookSize];
    private readonly (FrameStamp Stamp, double Score, bool EndsDark)[] _recent = new (FrameStamp, double, bool)[Window];
    private long _seen;
    private Pts? _open;
    private bool _wasLit;
    private bool _isDark;

    /// <inheritdoc/>
    public int LooksAfter => FlashGuard.Lag;

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
        return new SceneSight(new FrameStamp(frame.Index, frame.Pts, frame.IsKey), score, IsDark(frame.Luma), _look);
    }

    /// <inheritdoc/>
    public bool MayCut(in SceneSight before, in SceneSight sight) => !(sight.Score < options.MinContent) || (before.IsDark && !sight.IsDark);

    /// <inheritdoc/>
    public void Judge(in SceneSight sight, ICollection<FrameStamp> cuts)
    {
        ArgumentNullException.ThrowIfNull(cuts);
        _open ??= sight.Stamp.Pts;
        _recent[_seen % Window] = (sight.Stamp, double.IsNaN(sight.Score) ? 0 : sight.Score, EndsDark(sight.IsDark));
        _seen++;
        Judge(_seen - 1 - Neighbours);
        _guard.Look(in sight, _found, cuts);
    }

    /// <inheritdoc/>
    public void Complete(ICollection<FrameStamp> cuts)
    {
        ArgumentNullException.ThrowIfNull(cuts);
        for (var number = Math.Max(0, _seen - Neighbours); number < _seen; number++)
        {
            Judge(number);
        }

        _guard.Complete(_found, cuts);
    }

    private static bool IsDark(ReadOnlySpan<byte> luma)
    {
        long sum = 0;
        foreach (var pixel in luma)
        {
            sum += pixel;
        }

        return sum < Dark * luma.Length;
    }

    // A film that begins in the dark fades in without a scene before it.
    private bool EndsDark(bool isDark)
    {
        var ends = _isDark && _wasLit && !isDark;
        (_isDark, _wasLit) = (isDark, _wasLit || !isDark);
        return ends;
    }

    private void Judge(long number)
    {
        // The first frame has nothing before it.
        if (number < 1)
        {
            return;
        }

        var (stamp, score, endsDark) = _recent[number % Window];

        // Who comes back at once flickers, or cuts from black: the rule of sudden changes tells which.
        var fadesIn = endsDark && score < options.MinContent;
        if ((score < options.MinContent && !fadesIn) || !SceneLength.IsReached(_open!.Value, stamp.Pts, options.MinSceneSeconds))
        {
            return;
        }

        var (sum, count) = (0.0, 0);
        for (var i = Math.Max(1, number - Neighbours); i <= Math.Min(_seen - 1, number + Neighbours); i++)
        {
            if (i != number)
            {
                sum += _recent[i % Window].Score;
                count++;
            }
        }

        if (fadesIn || count == 0 || score * count >= options.Ratio * sum)
        {
            _open = stamp.Pts;
            _found.Add(stamp);
        }
    }
}

/// <summary>Options of <see cref="AdaptiveDetector"/>.</summary>
public sealed record AdaptiveDetectorOptions
{
    /// <summary>How many times the mean of the neighbours' change a cut has.</summary>
    [Display(Name = "Ratio", Description = "How many times as much as in the neighbouring frames the colours must change: less finds more cuts.")]
    [Range(1.0, 100.0)]
    public double Ratio { get; init; } = 3;

    /// <summary>Least mean difference of hue, saturation and value, on a scale of 0..255.</summary>
    [Display(Name = "Least change", Description = "Changes of colour below this are no cuts, however sudden.")]
    [Range(0.0, 255.0)]
    public double MinContent { get; init; } = 15;

    /// <summary>Least length of a scene in seconds of media time.</summary>
    [Display(Name = "Shortest scene (s)", Description = "Seconds of the clip that a scene lasts at least; changes that come sooner are no cuts.")]
    [Range(0.0, 3600.0)]
    public double MinSceneSeconds { get; init; } = 0.6;
}
