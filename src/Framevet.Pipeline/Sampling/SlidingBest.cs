using System.Numerics;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The best frames of a sliding window. Frames wait until as many as the size are open; then the best of them is chosen, of equal ones the earliest. A frame that was
/// not chosen within the expiry, counted in frames offered, is let go: there was always a better one. At the end of the film all that are still open are chosen. Of frames with the same look only the best
/// waits, and what looks like one of the last chosen frames is dropped. Chosen frames are given away as soon as no earlier one is open, so in rising order; at most size + expiry frames are held.
/// </summary>
internal sealed class SlidingBest(int size, int expiry, int tolerance) : IFrameWindow
{
    private readonly CopyShelf _shelf = new();
    private readonly List<Entry> _open = [];
    private readonly PriorityQueue<FrameCopy, long> _chosen = new();
    private readonly LookWindow _given = new(size, tolerance);
    private long _number;

    /// <inheritdoc/>
    public void Offer(in Frame frame, double score, ulong look, SampleSink give)
    {
        if (!_given.Renew(look))
        {
            Enter(in frame, score, look);
        }

        _number++;
        if (_open.Count >= size)
        {
            Choose(_open.MaxBy(e => (e.Score, -e.Number))!);
        }

        foreach (var lost in _open.Where(e => _number - e.Since >= expiry))
        {
            _shelf.Return(lost.Copy);
        }

        _open.RemoveAll(e => _number - e.Since >= expiry);
        Give(_open.Count == 0 ? long.MaxValue : _open.Min(e => e.Number), give);
    }

    /// <inheritdoc/>
    public void Complete(SampleSink give)
    {
        foreach (var entry in _open.ToList())
        {
            Choose(entry);
        }

        Give(long.MaxValue, give);
    }

    private void Enter(in Frame frame, double score, ulong look)
    {
        if (_open.Find(e => BitOperations.PopCount(e.Look ^ look) <= tolerance) is not { } same)
        {
            _open.Add(new Entry(_shelf.Copy(in frame)) { Score = score, Look = look, Number = _number, Since = _number });
        }
        else if (score > same.Score)
        {
            same.Copy.Take(in frame);
            (same.Score, same.Look, same.Number) = (score, look, _number);
        }
    }

    private void Choose(Entry entry)
    {
        _open.Remove(entry);
        _given.Add(entry.Look);
        _chosen.Enqueue(entry.Copy, entry.Number);
    }

    private void Give(long before, SampleSink give)
    {
        while (_chosen.TryPeek(out var copy, out var number) && number < before)
        {
            _chosen.Dequeue();
            _shelf.Give(copy, give);
        }
    }

    /// <summary>A frame that may still be chosen. <see cref="Since"/>: when its look came in.</summary>
    private sealed class Entry(FrameCopy copy)
    {
        public FrameCopy Copy { get; } = copy;

        public double Score { get; set; }

        public ulong Look { get; set; }

        public long Number { get; set; }

        public long Since { get; init; }
    }
}

/// <summary>Holds frames with scores and looks and chooses some of them.</summary>
internal interface IFrameWindow
{
    /// <summary>Looks at the next frame.</summary>
    void Offer(in Frame frame, double score, ulong look, SampleSink give);

    /// <summary>After the last frame.</summary>
    void Complete(SampleSink give);
}
