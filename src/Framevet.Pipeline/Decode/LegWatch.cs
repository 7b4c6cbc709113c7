namespace Framevet.Pipeline.Decode;

/// <summary>Looks at every frame that one leg decodes: whether it began where it should, and what it saw last. Written by the log's thread, read by another.</summary>
internal sealed class LegWatch(Leg leg)
{
    private readonly Lock _gate = new();
    private FrameStamp? _anchor;
    private FrameStamp? _last;
    private FrameStamp? _first;
    private int _inside;

    /// <summary>The first decoded frame at or behind the leg's anchor, numbered by this process.</summary>
    public FrameStamp? Anchor => Read(ref _anchor);

    /// <summary>The first decoded frame.</summary>
    public FrameStamp? First => Read(ref _first);

    /// <summary>The last decoded frame within the leg's stretches, numbered by this process.</summary>
    public FrameStamp? Last => Read(ref _last);

    /// <summary>Decoded frames within the leg's stretches.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>How much is added to the numbers of this process.</summary>
    public int Shift => leg.Anchor is { } known && Anchor is { } seen ? known.Index - seen.Index : 0;

    /// <summary>Takes the next frame.</summary>
    public void See(FrameStamp frame)
    {
        lock (_gate)
        {
            _first ??= frame;
            if (_anchor is null && leg.Anchor is { } anchor && frame.Pts >= anchor.Pts)
            {
                _anchor = frame;
            }

            if (leg.Stretches.IsEmpty || IsInside(frame.Pts.Value))
            {
                _last = frame;
                _inside++;
            }
        }
    }

    /// <summary>Decoded frames that count: those from the anchor on.</summary>
    public int Counted(int seen) => leg.Anchor is null ? seen : Anchor is { } anchor ? seen - anchor.Index : 0;

    private bool IsInside(long pts)
    {
        foreach (var stretch in leg.Stretches)
        {
            if (stretch.Holds(pts))
            {
                return true;
            }
        }

        return false;
    }

    private FrameStamp? Read(ref FrameStamp? field)
    {
        lock (_gate)
        {
            return field;
        }
    }
}
