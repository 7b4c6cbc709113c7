using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Sampling;

/// <summary>Lends copies of frames and takes them back for reuse, so that a sampler that holds a few frames allocates a few buffers in all.</summary>
internal sealed class CopyShelf
{
    private readonly Stack<FrameCopy> _free = new();

    /// <summary>Copies ever made: the most that were out at once.</summary>
    public int Made { get; private set; }

    /// <summary>A copy of the frame.</summary>
    public FrameCopy Copy(in Frame frame)
    {
        if (!_free.TryPop(out var copy))
        {
            copy = new FrameCopy();
            Made++;
        }

        copy.Take(in frame);
        return copy;
    }

    /// <summary>Takes a copy back.</summary>
    public void Return(FrameCopy copy)
    {
        copy.Clear();
        _free.Push(copy);
    }

    /// <summary>Gives the frame away and takes the copy back.</summary>
    public void Give(FrameCopy copy, SampleSink give)
    {
        var frame = copy.Frame;
        give(in frame);
        Return(copy);
    }
}
