using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scenes;

/// <summary>Finds cuts. Built fresh for each run and fed every frame in order, never in parallel.</summary>
public interface ISceneDetector
{
    /// <summary>
    /// Media time before the last frame of interrupted work that it has to see again to go on as if nothing had happened; what it finds there is known already.
    /// Null: it cannot go on, and the run begins anew.
    /// </summary>
    TimeSpan? WarmUp => null;

    /// <summary>Looks at the next frame and adds the cuts that are certain now: each is the first frame of a new scene, rising. The very first frame is none.</summary>
    void Look(in Frame frame, ICollection<FrameStamp> cuts);

    /// <summary>After the last frame.</summary>
    void Complete(ICollection<FrameStamp> cuts)
    {
    }
}

/// <summary>
/// A detector that decides by a few numbers of each frame, so that one process can look and another decide: what several saw of one film, joined in order, gives the cuts of one who saw it all.
/// </summary>
public interface IDividedDetector : ISceneDetector
{
    /// <summary>Frames after a cut whose looks are compared with those before.</summary>
    int LooksAfter { get; }

    /// <summary>Looks at the next frame without deciding anything: of what came before, only the frame right before counts. The look is valid until the next call.</summary>
    SceneSight See(in Frame frame);

    /// <summary>Whether the frame could be a cut, by itself and the frame before it: then the looks around it are needed. Frames without a score may be one.</summary>
    bool MayCut(in SceneSight before, in SceneSight sight);

    /// <summary>Decides as <see cref="ISceneDetector.Look"/> does. A look may be missing where no frame near it could be a cut.</summary>
    void Judge(in SceneSight sight, ICollection<FrameStamp> cuts);
}

/// <summary>What a detector decides by. <paramref name="Score"/>: change since the frame before, NaN = there was none; <paramref name="IsDark"/>: whether nothing is seen; <paramref name="Look"/>: light and colours of large areas, empty when it was not kept.</summary>
public readonly record struct SceneSight(FrameStamp Stamp, double Score, bool IsDark, ReadOnlyMemory<float> Look);

/// <summary>A run of frames between two cuts. <paramref name="Number"/> counts from 1; <paramref name="First"/> and <paramref name="Last"/> belong to it.</summary>
public sealed record Scene(int Number, FrameStamp First, FrameStamp Last)
{
    /// <summary>Whether the frame lies in it.</summary>
    public bool Holds(Pts pts) => pts >= First.Pts && pts <= Last.Pts;
}
