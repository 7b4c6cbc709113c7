using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// A few frames of every scene: its first ones or the one in its middle. Cuts are found by a detector of its own, so it needs no scene list. The middle is exact for
/// scenes of up to 16 frames; in longer ones it is off by at most a sixteenth of the scene, since only so many frames are held.
/// </summary>
[Part("scene", "Scenes", "Scores the first frames, or the middle frame, of every scene.")]
public sealed class SceneSampler(SceneSamplerOptions options) : IHoldingSampler
{
    private readonly ISceneDetector _detector = options.Detector == SceneMethod.Adaptive
        ? new AdaptiveDetector(new AdaptiveDetectorOptions { MinSceneSeconds = options.MinSceneSeconds, Ratio = options.Threshold > 0 ? options.Threshold : new AdaptiveDetectorOptions().Ratio })
        : new ContentDetector(new ContentDetectorOptions { MinSceneSeconds = options.MinSceneSeconds, Threshold = options.Threshold > 0 ? options.Threshold : new ContentDetectorOptions().Threshold });

    private readonly int _lag = options.Detector == SceneMethod.Adaptive ? AdaptiveDetector.Lag : ContentDetector.Lag;
    private readonly CopyShelf _shelf = new();
    private readonly Queue<FrameCopy> _undecided = new();
    private readonly List<FrameStamp> _cuts = [];
    private readonly List<FrameCopy> _spread = [];
    private const int MaxSpread = 16;
    private int _stride = 1;
    private int _inScene;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => new DecodePlan.EveryFrame();

    /// <inheritdoc/>
    public void Offer(in Frame frame, SampleSink give)
    {
        _detector.Look(in frame, _cuts);
        _undecided.Enqueue(_shelf.Copy(in frame));
        if (_undecided.Count > _lag)
        {
            DecideOldest(give);
        }
    }

    /// <inheritdoc/>
    public void Complete(SampleSink give)
    {
        _detector.Complete(_cuts);
        while (_undecided.Count > 0)
        {
            DecideOldest(give);
        }

        EndScene(give);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _undecided.Clear();
        _spread.Clear();
    }

    private void DecideOldest(SampleSink give)
    {
        var copy = _undecided.Dequeue();
        var frame = copy.Frame;
        Decide(in frame, give);
        _shelf.Return(copy);
    }

    private void Decide(in Frame frame, SampleSink give)
    {
        if (_cuts.Count > 0 && _cuts[0].Pts == frame.Pts)
        {
            _cuts.RemoveAt(0);
            EndScene(give);
        }

        if (options.Place == ScenePlace.Middle)
        {
            Spread(in frame);
        }
        else if (_inScene < options.Frames)
        {
            give(in frame);
        }

        _inScene++;
    }

    /// <summary>Holds every n-th frame of the scene; when there are too many, every second of them goes.</summary>
    private void Spread(in Frame frame)
    {
        if (_inScene % _stride != 0)
        {
            return;
        }

        if (_spread.Count == MaxSpread)
        {
            for (var i = MaxSpread - 1; i > 0; i -= 2)
            {
                _shelf.Return(_spread[i]);
                _spread.RemoveAt(i);
            }

            _stride *= 2;
        }

        _spread.Add(_shelf.Copy(in frame));
    }

    private void EndScene(SampleSink give)
    {
        if (_spread.Count > 0)
        {
            var middle = Math.Min(_spread.Count - 1, (int)Math.Round((_inScene - 1) / 2 / (double)_stride));
            var frame = _spread[middle].Frame;
            give(in frame);
            _spread.ForEach(_shelf.Return);
            _spread.Clear();
        }

        (_stride, _inScene) = (1, 0);
    }
}

/// <summary>Options of <see cref="SceneSampler"/>.</summary>
public sealed record SceneSamplerOptions
{
    /// <summary>How cuts are found.</summary>
    [Display(Name = "Cuts by", Description = "content: by how much the colours change; adaptive: by how suddenly they change, calmer about pans.")]
    public SceneMethod Detector { get; init; } = SceneMethod.Content;

    /// <summary>Which frames of a scene.</summary>
    [Display(Name = "Frames at", Description = "first: the first frames of a scene; middle: the one in its middle.")]
    public ScenePlace Place { get; init; } = ScenePlace.First;

    /// <summary>Frames per scene when they are its first ones.</summary>
    [Display(Name = "Frames per scene", Description = "How many of the first frames of each scene are scored; the middle is always one.")]
    [Range(1, 10_000)]
    public int Frames { get; init; } = 1;

    /// <summary>Least length of a scene in seconds of media time.</summary>
    [Display(Name = "Shortest scene (s)", Description = "Seconds of the clip that a scene lasts at least.")]
    [Range(0.0, 3600.0)]
    public double MinSceneSeconds { get; init; } = 0.6;

    /// <summary>Threshold of the detector; 0 = its own default.</summary>
    [Display(Name = "Threshold", Description = "Change that makes a cut: 27 (content) or 3 times the neighbours (adaptive) when 0; less finds more cuts.")]
    [Range(0.0, 255.0)]
    public double Threshold { get; init; }
}

/// <summary>How cuts are found.</summary>
public enum SceneMethod
{
    /// <summary>See <see cref="ContentDetector"/>.</summary>
    Content,
    /// <summary>See <see cref="AdaptiveDetector"/>.</summary>
    Adaptive,
}

/// <summary>Which frames of a scene are taken.</summary>
public enum ScenePlace
{
    /// <summary>The first ones.</summary>
    First,
    /// <summary>The one in the middle.</summary>
    Middle,
}
