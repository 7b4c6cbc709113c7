using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Frames;

/// <summary>What a batch knows of its frames besides their pixels. Lent by the pool to one batch after the other; empty in between.</summary>
internal sealed class FrameSlots(int capacity)
{
    /// <summary>Most frames.</summary>
    public int Capacity => capacity;

    /// <summary>Numbers and times.</summary>
    public (int Index, Pts Pts, bool IsKey)[] Stamps { get; } = new (int, Pts, bool)[capacity];

    /// <summary>Shared sums, where somebody asked for them.</summary>
    public PlaneStats?[] Stats { get; } = new PlaneStats?[capacity];

    /// <summary>Whether a frame has a mask.</summary>
    public bool[] IsMasked { get; } = new bool[capacity];

    /// <summary>What models found.</summary>
    public FrameDetections?[] Found { get; } = new FrameDetections?[capacity];
}
