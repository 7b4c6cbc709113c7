using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The sliding top-k buffer of video-sampler 0.13 with its known mistakes, for results that can be compared with it: a heap whose order breaks when an expired entry is taken from its middle; at most one
/// expired entry leaves per frame; a look that comes again stays young; the end of the film gives one frame and loses the rest. (It also counts a frame that
/// there is not; a count is not made here.) Two differences: frames are given in rising order, and an entry that its look keeps young for four times the expiry is let go,
/// so that memory stays bounded.
/// </summary>
internal sealed class PublishedSlidingTop(int size, int expiry) : IFrameWindow
{
    private readonly CopyShelf _shelf = new();
    private readonly List<Entry> _heap = [];
    private readonly PriorityQueue<FrameCopy, long> _chosen = new();
    private long _number;

    /// <inheritdoc/>
    public void Offer(in Frame frame, double score, ulong look, SampleSink give)
    {
        if (_heap.Find(e => e.Look == look) is { } same)
        {
            same.Age = 0;
        }
        else
        {
            _heap.Add(new Entry(_shelf.Copy(in frame), -score, look, _number));
            Rise(0, _heap.Count - 1);
            if (_heap.Count >= size)
            {
                Choose();
            }
        }

        _number++;
        DropExpired();
        Give(_heap.Count == 0 ? long.MaxValue : _heap.Min(e => e.Number), give);
    }

    /// <inheritdoc/>
    public void Complete(SampleSink give)
    {
        if (_heap.Count > 0)
        {
            Choose();
        }

        _heap.Clear();
        Give(long.MaxValue, give);
    }

    private void DropExpired()
    {
        _heap.ForEach(e => e.Age++);
        var expired = _heap.FindLastIndex(e => e.Age >= expiry || _number - e.Number >= 4L * expiry);
        if (expired >= 0)
        {
            _shelf.Return(_heap[expired].Copy);
            _heap.RemoveAt(expired);
        }
    }

    /// <summary>Takes the top of the heap: the last entry goes to the top, sinks along the smaller children to the bottom, and rises to its place.</summary>
    private void Choose()
    {
        var top = _heap[0];
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (_heap.Count > 0)
        {
            var at = 0;
            for (var child = 1; child < _heap.Count; child = (2 * at) + 1)
            {
                if (child + 1 < _heap.Count && !IsLess(_heap[child], _heap[child + 1]))
                {
                    child++;
                }

                _heap[at] = _heap[child];
                at = child;
            }

            _heap[at] = last;
            Rise(0, at);
        }

        _chosen.Enqueue(top.Copy, top.Number);
    }

    private void Rise(int root, int at)
    {
        var entry = _heap[at];
        while (at > root && IsLess(entry, _heap[(at - 1) / 2]))
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = entry;
    }

    // Entries are lists there: the key decides, then the age. Beyond that it would fail; here the earlier frame is less.
    private static bool IsLess(Entry a, Entry b) => (a.Key, a.Age, a.Number).CompareTo((b.Key, b.Age, b.Number)) < 0;

    private void Give(long before, SampleSink give)
    {
        while (_chosen.TryPeek(out var copy, out var number) && number < before)
        {
            _chosen.Dequeue();
            _shelf.Give(copy, give);
        }
    }

    private sealed class Entry(FrameCopy copy, double key, ulong look, long number)
    {
        public FrameCopy Copy { get; } = copy;

        public double Key { get; } = key;

        public ulong Look { get; } = look;

        public long Number { get; } = number;

        public int Age { get; set; }
    }
}
