using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Sampling;

/// <summary>A frame that is held, its motion and its number among the frames offered.</summary>
internal sealed record HeldFrame(FrameCopy Copy, double Motion, long Number);

/// <summary>
/// Cuts a film of unknown length into equal bins and holds the frame with most motion of each, the first of equal ones: bins are of one frame until there are
/// twice the budget, then neighbours are merged and bins of twice the length follow. In the end they are put together to at most the budget of buckets, which differ in length by a
/// factor of two at most. Films of up to twice the budget are cut exactly.
/// </summary>
internal sealed class MotionBins(int budget, CopyShelf shelf)
{
    private readonly List<HeldFrame> _bins = [];
    private long _width = 1;
    private long _inLast;

    /// <summary>Frames added so far.</summary>
    public long Count { get; private set; }

    /// <summary>Looks at the next frame.</summary>
    public void Add(in Frame frame, double motion, long number)
    {
        Count++;
        if (_bins.Count > 0 && _inLast < _width)
        {
            _inLast++;
            if (motion > _bins[^1].Motion)
            {
                _bins[^1].Copy.Take(in frame);
                _bins[^1] = new HeldFrame(_bins[^1].Copy, motion, number);
            }

            return;
        }

        if (_bins.Count == 2 * budget)
        {
            Merge(i => 2 * i, budget);
            _width *= 2;
        }

        _bins.Add(new HeldFrame(shelf.Copy(in frame), motion, number));
        _inLast = 1;
    }

    /// <summary>The frames of the buckets, rising; the bins are empty afterwards.</summary>
    public List<HeldFrame> Take()
    {
        if (_bins.Count > budget)
        {
            var chunk = _bins.Count / (double)budget;
            Merge(i => i == budget ? _bins.Count : (int)(i * chunk), budget);
        }

        var held = _bins.ToList();
        _bins.Clear();
        return held;
    }

    /// <summary>Replaces the bins by <paramref name="count"/> ones, each with the best of the bins from one start to the next.</summary>
    private void Merge(Func<int, int> start, int count)
    {
        var merged = new List<HeldFrame>(2 * budget);
        for (var i = 0; i < count; i++)
        {
            var best = _bins[start(i)];
            foreach (var other in _bins[start(i)..start(i + 1)])
            {
                best = other.Motion > best.Motion ? other : best;
            }

            merged.Add(best);
        }

        foreach (var lost in _bins.Except(merged, ReferenceEqualityComparer.Instance).Cast<HeldFrame>())
        {
            shelf.Return(lost.Copy);
        }

        _bins.Clear();
        _bins.AddRange(merged);
    }
}
