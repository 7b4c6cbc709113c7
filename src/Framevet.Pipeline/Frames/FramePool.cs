using System.Buffers;

namespace Framevet.Pipeline.Frames;

/// <summary>Rents the buffers behind frame batches and counts those not yet returned. Thread-safe.</summary>
public sealed class FramePool
{
    private readonly ArrayPool<byte> _pool = ArrayPool<byte>.Create(64 * 1024 * 1024, 16);
    private int _outstanding;

    /// <summary>Buffers rented and not yet returned; 0 whenever no run is active.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Rents a batch with room for <paramref name="capacity"/> frames of <paramref name="layout"/>. The caller owns it.</summary>
    public FrameBatch Rent(FrameLayout layout, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var buffer = _pool.Rent(checked(layout.FrameBytes * capacity));
        Interlocked.Increment(ref _outstanding);
        return new FrameBatch(this, buffer, layout, capacity);
    }

    internal void Return(byte[] buffer)
    {
#if DEBUG
        // A frame kept past its batch must look wrong at once, not by chance later.
        Array.Fill(buffer, (byte)0xA5);
#endif
        _pool.Return(buffer);
        Interlocked.Decrement(ref _outstanding);
    }
}
