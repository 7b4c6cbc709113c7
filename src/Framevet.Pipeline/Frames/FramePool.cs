using System.Buffers;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Frames;

/// <summary>Rents the buffers behind frame batches and counts those not yet returned. Thread-safe.</summary>
public sealed class FramePool
{
    /// <summary>Buffers kept per size: more than stretches of one file decoded at once have under way.</summary>
    internal const int MaxKept = 64;

    private readonly ArrayPool<byte> _pool = ArrayPool<byte>.Create(64 * 1024 * 1024, MaxKept);
    private readonly Stack<PlaneStats> _stats = new();
    private readonly List<FrameSlots> _slots = [];
    private readonly Stack<FrameBatch> _batches = new();
    private int _statsMade;
    private int _statsForeseen;
    private int _batchesMade;
    private int _batchesForeseen;
    private int _slotsMade;
    private int _slotsForeseen;
    private int _outstanding;

    /// <summary>Buffers rented and not yet returned; 0 whenever no run is active.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Rents a batch with room for <paramref name="capacity"/> frames of <paramref name="layout"/>. The caller owns it.</summary>
    public FrameBatch Rent(FrameLayout layout, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return RentObject().Begin(RentBuffer(checked(layout.FrameBytes * capacity)), RentSlots(capacity), layout);
    }

    /// <summary>A batch for frames of which only statistics are kept (<see cref="FrameBatch.HasPixels"/> is false). The caller owns it.</summary>
    internal FrameBatch RentBare(FrameLayout layout, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Interlocked.Increment(ref _outstanding);
        return RentObject().Begin([], RentSlots(capacity), layout);
    }

    /// <summary>Rents a bare buffer of at least this size, counted like a batch.</summary>
    internal byte[] RentBuffer(int bytes)
    {
        var buffer = _pool.Rent(bytes);
        Interlocked.Increment(ref _outstanding);
        return buffer;
    }

    /// <summary>
    /// Says how many batches of so many frames with statistics a reading may have under way at once. They are made during its first frames, one more with each that is rented: once these are past,
    /// nothing is made any more.
    /// </summary>
    internal void Foresee(int batches, int capacity)
    {
        lock (_stats)
        {
            _statsForeseen = Math.Max(_statsForeseen, batches * capacity);
            _stats.EnsureCapacity(_statsForeseen);
        }

        lock (_batches)
        {
            _batchesForeseen = Math.Max(_batchesForeseen, Math.Min(batches, MaxKept));
            _batches.EnsureCapacity(MaxKept);
        }

        lock (_slots)
        {
            _slotsForeseen = Math.Max(_slotsForeseen, Math.Min(batches, MaxKept));
            _slots.EnsureCapacity(MaxKept);
        }
    }

    /// <summary>Statistics of one plane, empty.</summary>
    internal PlaneStats RentStats()
    {
        lock (_stats)
        {
            if (_statsMade < _statsForeseen)
            {
                _statsMade++;
                return new PlaneStats();
            }

            if (_stats.TryPop(out var stats))
            {
                return stats;
            }

            _statsMade++;
            return new PlaneStats();
        }
    }

    private FrameBatch RentObject()
    {
        lock (_batches)
        {
            if (_batchesMade >= _batchesForeseen && _batches.TryPop(out var batch))
            {
                return batch;
            }

            _batchesMade++;
            return new FrameBatch(this);
        }
    }

    internal void Return(FrameBatch batch)
    {
        lock (_batches)
        {
            if (_batches.Count < MaxKept)
            {
                _batches.Push(batch);
            }
        }
    }

    private FrameSlots RentSlots(int capacity)
    {
        lock (_slots)
        {
            for (var i = _slots.Count - 1; i >= 0 && _slotsMade >= _slotsForeseen; i--)
            {
                if (_slots[i].Capacity == capacity)
                {
                    var slots = _slots[i];
                    _slots.RemoveAt(i);
                    return slots;
                }
            }

            _slotsMade++;
        }

        return new FrameSlots(capacity);
    }

    internal void Return(FrameSlots slots)
    {
        lock (_slots)
        {
            // Batches of another size than those in use make room, oldest first.
            if (_slots.Count == MaxKept)
            {
                _slots.RemoveAt(0);
            }

            _slots.Add(slots);
        }
    }

    internal void Return(PlaneStats stats)
    {
        stats.Clear();
        lock (_stats)
        {
            _stats.Push(stats);
        }
    }

    internal void Return(byte[] buffer)
    {
#if DEBUG
        // A frame kept past its batch must look wrong at once, not by chance later.
        Array.Fill(buffer, (byte)0xA5);
#endif
        if (buffer.Length > 0)
        {
            _pool.Return(buffer);
        }

        Interlocked.Decrement(ref _outstanding);
    }
}
