using System.Collections.Immutable;
using Framevet.Pipeline.Decode.Library;

namespace Framevet.Pipeline.Decode;

/// <summary>Looks at packets in the order of the file for those that nothing reaches across: as <see cref="CleanStart.IsApart"/>, over a whole file.</summary>
internal sealed class CleanSearch
{
    private readonly List<CleanPoint> _points = [];
    private CleanPoint? _hopeful;
    private int _behind;
    private int _frames;
    private long _highest = long.MinValue;
    private long _highestShown = long.MinValue;
    private long? _highestKey;
    private long? _lowest;
    private bool _hasOpenKeys;

    /// <summary>Takes the next packet. <paramref name="isStart"/>: decoders forget everything before it.</summary>
    public void See(long stamp, bool isKey, bool isHidden, bool isStart)
    {
        _hasOpenKeys |= isKey && !isStart;
        Judge(stamp, isHidden, isStart);
        if (isStart && _frames > 0 && stamp > _highest)
        {
            (_hopeful, _behind) = (new CleanPoint(stamp, _frames, _highestShown, _highestKey), 0);
        }

        if (!isHidden)
        {
            _frames++;
            _highestShown = Math.Max(_highestShown, stamp);
            _lowest = _lowest is { } low ? Math.Min(low, stamp) : stamp;
            _highestKey = isKey ? stamp : _highestKey;
        }

        _highest = Math.Max(_highest, stamp);
    }

    /// <summary>What there is, after the last packet.</summary>
    /// <exception cref="SegmentVoidException">There was none.</exception>
    public CleanPoints Found()
    {
        if (_hopeful is { } last)
        {
            _points.Add(last);
            _hopeful = null;
        }

        return _lowest is { } origin ? new CleanPoints(origin, _frames, _hasOpenKeys, [.. _points]) : throw new SegmentVoidException("it holds no frame");
    }

    private void Judge(long stamp, bool isHidden, bool isStart)
    {
        if (_hopeful is { } point)
        {
            if (stamp <= point.Pts || isHidden)
            {
                _hopeful = null;
            }
            else if (isStart || ++_behind >= PacketBlock.Capacity)
            {
                _points.Add(point);
                _hopeful = null;
            }
        }

        // However far away: nobody shown before ever comes later.
        while (_points.Count > 0 && stamp <= _points[^1].Pts)
        {
            _points.RemoveAt(_points.Count - 1);
        }
    }
}

/// <summary>
/// Where a file can be cut. <paramref name="Origin"/>: stamp of its first frame; <paramref name="Frames"/>: how many its packets hold; <paramref name="HasOpenKeys"/>: whether some of its keyframes are
/// followed by pictures that look back beyond them.
/// </summary>
internal sealed record CleanPoints(long Origin, int Frames, bool HasOpenKeys, ImmutableArray<CleanPoint> Points);

/// <summary>A picture with which decoding may begin: its stamp, how many frames lie before it, and the stamps of the last frame and the last keyframe among those.</summary>
internal readonly record struct CleanPoint(long Pts, int FramesBefore, long Before, long? KeyBefore);
