namespace Framevet.Pipeline.Tools;

/// <summary>
/// How many frames go through one model at once: as many as a share of the free memory holds, at most <paramref name="ceiling"/>, never below one. When memory does not suffice all the
/// same, half as many from then on. Thread-safe.
/// </summary>
internal sealed class OnnxBatches(int ceiling, Func<long>? freeBytes = null)
{
    // What lies between the layers of the usual convolutional networks, as a multiple of the input.
    private const int LayerFactor = 16;

    // Decoding and other runs need some, too.
    private const int MemoryShare = 4;

    private int _limit = Math.Max(1, ceiling);

    /// <summary>Most frames at once as of now.</summary>
    public int Limit => Volatile.Read(ref _limit);

    /// <summary>Frames at once for inputs of this size.</summary>
    public int Size(long bytesPerFrame)
    {
        var room = (freeBytes ?? Free)() / MemoryShare / Math.Max(1, bytesPerFrame * LayerFactor);
        return (int)Math.Clamp(room, 1, Limit);
    }

    /// <summary>Does all frames in pieces (first, count), smaller ones after an <see cref="InferenceMemoryException"/>; one that comes with a single frame is the caller's.</summary>
    public void Each(int frames, long bytesPerFrame, Action<int, int> piece)
    {
        var size = Size(bytesPerFrame);
        for (var first = 0; first < frames;)
        {
            var count = Math.Min(size, frames - first);
            try
            {
                piece(first, count);
                first += count;
            }
            catch (InferenceMemoryException) when (count > 1)
            {
                size = Math.Max(1, count / 2);
                InterlockedMin(size);
            }
        }
    }

    private void InterlockedMin(int size)
    {
        for (var now = Limit; size < now; now = Limit)
        {
            Interlocked.CompareExchange(ref _limit, size, now);
        }
    }

    // Of the machine or of the container that the process lives in.
    private static long Free()
    {
        var memory = GC.GetGCMemoryInfo();
        return memory.MemoryLoadBytes > 0 ? Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) : memory.TotalAvailableMemoryBytes / 2;
    }
}
