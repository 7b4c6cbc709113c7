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
    private readonly (int Index, Pts Pts, bool IsKey)[] _stamps;
    private readonly PlaneStats?[] _stats;
    private readonly bool[] _isMasked;
    private readonly FrameDetections?[] _found;
    private byte[]? _buffer;
    private byte[]? _masks;
    private ConcurrentDictionary<string, Lazy<IDisposable>>? _shared;

    internal FrameBatch(FramePool pool, byte[] buffer, FrameLayout layout, int capacity)
    {
        _pool = pool;
        _buffer = buffer;
        _stamps = new (int, Pts, bool)[capacity];
        _stats = new PlaneStats?[capacity];
        _isMasked = new bool[capacity];
        _found = new FrameDetections?[capacity];
        Layout = layout;
        HasPixels = buffer.Length > 0;
    }

    /// <summary>Size and planes of every frame in the batch.</summary>
    public FrameLayout Layout { get; }

    /// <summary>Whether the pixels of the frames are here. Otherwise only their shared sums are, and asking for pixels throws.</summary>
    public bool HasPixels { get; }

    /// <summary>Frames added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no further frame fits.</summary>
    public bool IsFull => Count == _stamps.Length;

    /// <summary>The frame at <paramref name="i"/>, borrowed from this batch.</summary>
    public Frame this[int i]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
            var (index, pts, isKey) = _stamps[i];
            return new Frame(index, pts, Layout, Slot(i), isKey, _isMasked[i] ? MaskSlot(i) : default);
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
        _stamps[Count] = (index, pts, isKey);
        return Slot(Count++);
    }

    /// <summary>
    /// Gives a frame a mask and returns the memory [height x width] it is to be written to, 0..255, above 128 = subject. Its content is
    /// undefined before. Not thread-safe.
    /// </summary>
    public Memory<byte> AddMask(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
        _masks ??= _pool.RentBuffer(checked(Layout.LumaBytes * _stamps.Length));
        _isMasked[i] = true;
        return MaskSlot(i);
    }

    /// <summary>
    /// The statistics of a frame with at least these groups, computed once for all who ask; valid while the batch is.
    /// Thread-safe. The pixels must not change afterwards.
    /// </summary>
    internal PlaneStats Stats(int i, PlaneGroups groups)
    {
        var frame = this[i];
        if (Volatile.Read(ref _stats[i]) is not { } stats)
        {
            var rented = _pool.RentStats();
            stats = Interlocked.CompareExchange(ref _stats[i], rented, null) ?? rented;
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
    internal PlaneStats NewStats(int i) => _stats[i] ??= _pool.RentStats();

    /// <summary>What models found in a frame so far; null when nobody looked. Thread-safe.</summary>
    public FrameDetections? Found(int i)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)i, (uint)Count, nameof(i));
        return Volatile.Read(ref _found[i]);
    }

    /// <summary>Adds to what models found in a frame; <paramref name="change"/> makes the new of the old and may be asked again. Thread-safe.</summary>
    public void Note(int i, Func<FrameDetections?, FrameDetections> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        for (var before = Found(i); ;)
        {
            var seen = Interlocked.CompareExchange(ref _found[i], change(before), before);
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
            _stamps[i].Index += by;
        }
    }

    /// <summary>Replaces the display numbers.</summary>
    internal void Renumber(Func<int, Pts, int> number)
    {
        for (var i = 0; i < Count; i++)
        {
            _stamps[i].Index = number(_stamps[i].Index, _stamps[i].Pts);
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
            for (var i = 0; i < _stats.Length; i++)
            {
                Forget(i);
            }

            if (_masks is not null)
            {
                _pool.Return(_masks);
            }
        }
    }

    // Statistics go with their frame.
    private void Move(int from, int to)
    {
        Slot(from).CopyTo(Slot(to));
        _stamps[to] = _stamps[from];
        (_stats[to], _stats[from]) = (_stats[from], _stats[to]);
        _found[to] = _found[from];
        _isMasked[to] = _isMasked[from];
        if (_isMasked[from])
        {
            MaskSlot(from).CopyTo(MaskSlot(to));
        }
    }

    private void Forget(int i)
    {
        _isMasked[i] = false;
        _found[i] = null;
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
        if (_stats[i] is { } stats)
        {
            _stats[i] = null;
            _pool.Return(stats);
        }
    }

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
