namespace Framevet.Pipeline.Frames;

/// <summary>
/// Frames in one rented buffer. Exactly one owner at any time; the owner disposes. Not thread-safe while
/// frames are added; reading from several threads is safe afterwards.
/// </summary>
public sealed class FrameBatch : IDisposable
{
    private readonly FramePool _pool;
    private readonly (int Index, Pts Pts, bool IsKey)[] _stamps;
    private byte[]? _buffer;

    internal FrameBatch(FramePool pool, byte[] buffer, FrameLayout layout, int capacity)
    {
        _pool = pool;
        _buffer = buffer;
        _stamps = new (int, Pts, bool)[capacity];
        Layout = layout;
    }

    /// <summary>Size and planes of every frame in the batch.</summary>
    public FrameLayout Layout { get; }

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
            return new Frame(index, pts, Layout, Slot(i), isKey);
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

        _stamps[Count] = (index, pts, isKey);
        return Slot(Count++);
    }

    /// <summary>Takes the last added frame back, e.g. because its pixels never arrived.</summary>
    internal void DropLast()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Count, nameof(Count));
        Count--;
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
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!keep(this[i]))
            {
                continue;
            }

            if (kept != i)
            {
                Slot(i).CopyTo(Slot(kept));
                _stamps[kept] = _stamps[i];
            }

            kept++;
        }

        Count = kept;
    }

    /// <summary>Returns the buffer; frames handed out before are invalid from here on.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _pool.Return(buffer);
        }
    }

    private Memory<byte> Slot(int i)
    {
        var buffer = _buffer;
        ObjectDisposedException.ThrowIf(buffer is null, this);
        return buffer.AsMemory(i * Layout.FrameBytes, Layout.FrameBytes);
    }
}

/// <summary>Decides about one borrowed frame.</summary>
public delegate bool FramePredicate(in Frame frame);
