using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Cuts the film into as many buckets as the budget allows and takes the frame with most motion of each (see <see cref="FrameMotion"/>), the first of equal ones. With n
/// frames bucket i holds frames ⌊i·n/budget⌋ to ⌊(i+1)·n/budget⌋, as PyFrame's sampler does, but in one pass and with one frame held per open bucket. n is what the
/// container claims; frames beyond belong to the last bucket, and a file that ends early gives fewer frames. Where it claims nothing, see <see cref="MotionBins"/>: any
/// number of frames gives min(n, budget) then. Buckets alone never look at what stands still: with a floor, the first frame of each cell of a time grid is in always and the
/// rest of the budget goes to the other frames with most motion; a floor that is larger than the budget is itself cut into buckets.
/// </summary>
[Part("motion-buckets", "Most motion per stretch", "Cuts the clip into equal stretches and scores the frame with most motion of each.")]
public sealed class MotionBucketSampler(MotionBucketSamplerOptions options) : IHoldingSampler
{
    private const double MaxCell = 1e6;

    private readonly FrameMotion _motion = new();
    private readonly PriorityQueue<HeldFrame, (double Motion, long LaterFirst)> _others = new();
    private readonly FrameCopy _last = new();
    private PlanFilter? _floor;
    private MotionBins? _bins;
    private HeldFrame? _best;
    private long _count;
    private long _seen;
    private int _bucket;

    /// <summary>The copies behind this sampler.</summary>
    internal CopyShelf Shelf { get; } = new();

    private bool IsCounted => _count > options.Budget && options.FloorFps == 0;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media)
    {
        ArgumentNullException.ThrowIfNull(media);
        _count = media.FrameCountHint ?? 0;
        return new DecodePlan.EveryFrame();
    }

    /// <inheritdoc/>
    public void Offer(in Frame frame, SampleSink give)
    {
        ArgumentNullException.ThrowIfNull(give);
        var motion = _motion.Next(in frame);
        if (options.WithLast)
        {
            _last.Take(in frame);
        }

        if (IsCounted)
        {
            AddCounted(in frame, motion, give);
        }
        else if (options.FloorFps == 0 || IsOnFloor(in frame))
        {
            _bins ??= new MotionBins(options.Budget, Shelf);
            _bins.Add(in frame, motion, _seen);
        }
        else
        {
            AddOther(in frame, motion);
        }

        _seen++;
    }

    /// <inheritdoc/>
    public void Complete(SampleSink give)
    {
        ArgumentNullException.ThrowIfNull(give);
        List<HeldFrame> held = _best is { } best ? [best] : [];
        _best = null;
        if (_bins is not null)
        {
            TrimOthers();
            held.AddRange(_bins.Take());
            held.AddRange(_others.UnorderedItems.Select(o => o.Element));
            held.Sort((a, b) => a.Number.CompareTo(b.Number));
            _others.Clear();
        }

        AddLast(held);
        foreach (var frame in held)
        {
            Shelf.Give(frame.Copy, give);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        (_bins, _best) = (null, null);
        _others.Clear();
        _last.Clear();
    }

    private void AddCounted(in Frame frame, double motion, SampleSink give)
    {
        if (_best is { } full && _bucket < options.Budget - 1 && _seen >= (long)((_bucket + 1) * (_count / (double)options.Budget)))
        {
            Shelf.Give(full.Copy, give);
            _best = null;
            _bucket++;
        }

        if (_best is null)
        {
            _best = new HeldFrame(Shelf.Copy(in frame), motion, _seen);
        }
        else if (motion > _best.Motion)
        {
            _best.Copy.Take(in frame);
            _best = new HeldFrame(_best.Copy, motion, _seen);
        }
    }

    private bool IsOnFloor(in Frame frame)
    {
        _floor ??= new PlanFilter(new DecodePlan.Interval(TimeSpan.FromSeconds(Math.Min(MaxCell, 1 / options.FloorFps))), frame.Pts);
        return _floor.Keep(in frame);
    }

    private void AddOther(in Frame frame, double motion)
    {
        TrimOthers();
        var room = options.Budget - (_bins?.Count ?? 0);
        if (room <= 0)
        {
            return;
        }

        var key = (motion, -_seen);
        if (_others.Count < room)
        {
            _others.Enqueue(new HeldFrame(Shelf.Copy(in frame), motion, _seen), key);
        }
        else if (_others.TryPeek(out _, out var least) && key.CompareTo(least) > 0)
        {
            var copy = _others.Dequeue().Copy;
            copy.Take(in frame);
            _others.Enqueue(new HeldFrame(copy, motion, _seen), key);
        }
    }

    /// <summary>The floor takes room from the others as it grows.</summary>
    private void TrimOthers()
    {
        while (_others.Count > 0 && _others.Count + (_bins?.Count ?? 0) > options.Budget)
        {
            Shelf.Return(_others.Dequeue().Copy);
        }
    }

    /// <summary>The last frame of the film takes the place of the last bucket's when the budget is spent.</summary>
    private void AddLast(List<HeldFrame> held)
    {
        if (_last.IsEmpty || (held.Count > 0 && held[^1].Copy.Frame.Pts >= _last.Frame.Pts))
        {
            return;
        }

        if (_bucket + held.Count >= options.Budget && held.Count > 0)
        {
            Shelf.Return(held[^1].Copy);
            held.RemoveAt(held.Count - 1);
        }

        held.Add(new HeldFrame(_last, 0, _seen));
    }
}

/// <summary>Options of <see cref="MotionBucketSampler"/>.</summary>
public sealed record MotionBucketSamplerOptions
{
    /// <summary>Most frames taken.</summary>
    [Display(Name = "Frames", Description = "How many frames are scored at most.")]
    [Range(1, 1000)]
    public int Budget { get; init; } = 10;

    /// <summary>Frames a second that are in whatever their motion; 0 = none.</summary>
    [Display(Name = "Floor (frames/s)", Description = "So many frames of each second are scored even when nothing moves, as far as the number of frames allows; 0 looks at motion only and may miss what stands still.")]
    [Range(0.0, 60.0)]
    public double FloorFps { get; init; }

    /// <summary>Whether the last frame of the film is in always.</summary>
    [Display(Name = "With the last frame", Description = "Scores the last frame of the clip as well; it takes the place of the last stretch's frame.")]
    public bool WithLast { get; init; }
}
