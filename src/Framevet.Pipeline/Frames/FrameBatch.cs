using System.Collections.Concurrent;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Frames;

/// <summary>
/// Frames in one rented buffer. Exactly one owner at any time; the owner disposes. Not thread-safe while
/// frames are added; reading from several threads is safe afterwards.
/// </summary>
public sealed class FrameBatch : IDisposable
{
    private readonly FramePool _pool;
    private int _capacity;
    private FrameSlots? _slots;
    private byte[]? _buffer;
    private byte[]? _masks;
    private ConcurrentDictionary<string, Lazy<IDisposable>>? _shared;

    internal FrameBatch(FramePool pool) => _pool = pool;

    /// <summary>Makes a new or recycled object an empty batch.</summary>
    internal FrameBatch Begin(byte[] buffer, FrameSlots slots, FrameLayout layout)
    {
        (_slots, _masks, _capacity, Count) = (slots, null, slots.Capacity, 0);
        (Layout, HasPixels) = (layout, buffer.Length > 0);
        Volatile.Write(ref _buffer, buffer);
        return this;
    }

    /// <summary>Size and planes of every frame in the batch.</summary>
    public FrameLayout Layout { get; private set; }

    /// <summary>Whether the pixels of the frames are here. Otherwise only their shared sums are, and asking for pixels throws.</summary>
    public bool HasPixels { get; private set; }

    /// <summary>Frames added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no further frame fits.</summary>
    public bool IsFull => Count == _capacity;

    /// <summary>The frame at <paramref name="i"/>, borrowed from this batch.</summary>
    public Frame this[int i]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
            var (index, pts, isKey) = Slots.Stamps[i];
            return new Frame(index, pts, Layout, Slot(i), isKey, Slots.IsMasked[i] ? MaskSlot(i) : default);
        }
    }

    /// <summary>Adds a frame and returns the memory its planes are to be written to.</summary>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public Memory<byte> Add(int index, Pts pts, bool isKey = false)
    {
        if (IsFull)
        {
            throw new InvalidOperationException("The batch is full.");
        }

        DropShared();
        Slots.Stamps[Count] = (index, pts, isKey);
        return Slot(Count++);
    }

    /// <summary>
    /// Gives a frame a mask and returns the memory [height x width] it is to be written to, 0..255, above 128 = subject. Its content is
    /// undefined before. Not thread-safe.
    /// </summary>
    public Memory<byte> AddMask(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
        _masks ??= _pool.RentBuffer(checked(Layout.LumaBytes * _capacity));
        Slots.IsMasked[i] = true;
        return MaskSlot(i);
    }

    /// <summary>
    /// The statistics of a frame with at least these groups, computed once for all who ask; valid while the batch is.
    /// Thread-safe. The pixels must not change afterwards.
    /// </summary>
    internal PlaneStats Stats(int i, PlaneGroups groups)
    {
        var frame = this[i];
        if (Volatile.Read(ref Slots.Stats[i]) is not { } stats)
        {
            var rented = _pool.RentStats();
            stats = Interlocked.CompareExchange(ref Slots.Stats[i], rented, null) ?? rented;
            if (stats != rented)
            {
                _pool.Return(rented);
            }
        }

        if (HasPixels)
        {
            stats.Fill(in frame, groups);
        }

        return stats.Has(groups) ? stats : throw new InvalidOperationException($"Frame {frame.Index} has neither pixels nor the sums {groups}.");
    }

    /// <summary>Empty statistics for a frame that is being written, for the one who writes it; <see cref="Stats"/> answers from them.</summary>
    internal PlaneStats NewStats(int i) => Slots.Stats[i] ??= _pool.RentStats();

    /// <summary>What models found in a frame so far; null when nobody looked. Thread-safe.</summary>
    public FrameDetections? Found(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
        return Volatile.Read(ref Slots.Found[i]);
    }

    /// <summary>Adds to what models found in a frame; <paramref name="change"/> makes the new of the old and may be asked again. Thread-safe.</summary>
    public void Note(int i, Func<FrameDetections?, FrameDetections> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        for (var before = Found(i); ;)
        {
            var seen = Interlocked.CompareExchange(ref Slots.Found[i], change(before), before);
            if (ReferenceEquals(seen, before))
            {
                return;
            }

            before = seen;
        }
    }

    /// <summary>
    /// Something made of all frames of the batch, made once for all who ask under the same key and disposed with the batch. Thread-safe. Frames must not change afterwards.
    /// </summary>
    internal T Shared<T>(string key, Func<FrameBatch, T> make)
        where T : class, IDisposable =>
        (T)LazyInitializer.EnsureInitialized(ref _shared, () => new(StringComparer.Ordinal)).GetOrAdd(key, static (_, arg) => new Lazy<IDisposable>(() => arg.make(arg.Item1)), (this, make)).Value;

    /// <summary>Drops all statistics, as if nobody had asked yet.</summary>
    internal void ForgetStats()
    {
        for (var i = 0; i < Count; i++)
        {
            Drop(i);
        }
    }

    /// <summary>Takes the last added frame back, e.g. because its pixels never arrived.</summary>
    internal void DropLast()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Count, nameof(Count));
        Count--;
        Forget(Count);
    }

    /// <summary>Moves the display numbers up.</summary>
    internal void Renumber(int by)
    {
        for (var i = 0; i < Count; i++)
        {
            Slots.Stamps[i].Index += by;
        }
    }

    /// <summary>Replaces the display numbers.</summary>
    internal void Renumber(Func<int, Pts, int> number)
    {
        for (var i = 0; i < Count; i++)
        {
            ref var stamp = ref Slots.Stamps[i];
            stamp.Index = number(stamp.Index, stamp.Pts);
        }
    }

    /// <summary>Keeps the frames for which <paramref name="keep"/> answers true, in order, and moves them together.</summary>
    public void Compact(FramePredicate keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        DropShared();
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!keep(this[i]))
            {
                continue;
            }

            if (kept != i)
            {
                Move(i, kept);
            }

            kept++;
        }

        for (var i = kept; i < Count; i++)
        {
            Forget(i);
        }

        Count = kept;
    }

    /// <summary>Returns the buffer; frames handed out before are invalid from here on.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _pool.Return(buffer);
            DropShared();
            for (var i = 0; i < _capacity; i++)
            {
                Forget(i);
            }

            _pool.Return(Slots);
            _slots = null;
            if (_masks is not null)
            {
                _pool.Return(_masks);
            }
        }
    }

    /// <summary>
    /// As <see cref="Dispose"/>, and the object itself will be another batch: only for an owner who forgets it in the same breath and knows that nobody else still disposes it. It is what makes
    /// a long reading allocate nothing.
    /// </summary>
    internal void Recycle()
    {
        Dispose();
        _pool.Return(this);
    }

    // Statistics go with their frame.
    private void Move(int from, int to)
    {
        Slot(from).CopyTo(Slot(to));
        var slots = Slots;
        slots.Stamps[to] = slots.Stamps[from];
        (slots.Stats[to], slots.Stats[from]) = (slots.Stats[from], slots.Stats[to]);
        slots.Found[to] = slots.Found[from];
        slots.IsMasked[to] = slots.IsMasked[from];
        if (slots.IsMasked[from])
        {
            MaskSlot(from).CopyTo(MaskSlot(to));
        }
    }

    private void Forget(int i)
    {
        Slots.IsMasked[i] = false;
        Slots.Found[i] = null;
        Drop(i);
    }

    private void DropShared()
    {
        if (_shared is null)
        {
            return;
        }

        foreach (var made in _shared.Values.Where(m => m.IsValueCreated))
        {
            made.Value.Dispose();
        }

        _shared = null;
    }

    private void Drop(int i)
    {
        if (Slots.Stats[i] is { } stats)
        {
            Slots.Stats[i] = null;
            _pool.Return(stats);
        }
    }

    private FrameSlots Slots => _slots ?? throw new ObjectDisposedException(nameof(FrameBatch));

    private Memory<byte> MaskSlot(int i) => _masks.AsMemory(i * Layout.LumaBytes, Layout.LumaBytes);

    private Memory<byte> Slot(int i)
    {
        var buffer = _buffer;
        ObjectDisposedException.ThrowIf(buffer is null, this);
        return HasPixels ? buffer.AsMemory(i * Layout.FrameBytes, Layout.FrameBytes) : default;
    }
}

/// <summary>Decides about one borrowed frame.</summary>
public delegate bool FramePredicate(in Frame frame);
