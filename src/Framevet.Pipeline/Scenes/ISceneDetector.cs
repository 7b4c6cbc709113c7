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

/// <summary>A run of frames between two cuts. <paramref name="Number"/> counts from 1; <paramref name="First"/> and <paramref name="Last"/> belong to it.</summary>
public sealed record Scene(int Number, FrameStamp First, FrameStamp Last)
{
    /// <summary>Whether the frame lies in it.</summary>
    public bool Holds(Pts pts) => pts >= First.Pts && pts <= Last.Pts;
}
