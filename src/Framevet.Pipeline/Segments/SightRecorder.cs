using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Segments;

/// <summary>
/// Stands in for the detector of a run while a segment is measured: writes down what it sees and decides nothing. Looks are kept only near frames that could be cuts, and at both ends of the segment, where
/// what the neighbour saw may make one. Fed by one thread, emptied by another.
/// </summary>
internal sealed class SightRecorder(IDividedDetector detector) : ISceneDetector
{
    private readonly Lock _gate = new();
    private readonly List<SceneSight> _sights = [];
    private SceneSight? _held;
    private bool _isHeldWanted;
    private int _wanted;

    /// <inheritdoc/>
    public void Look(in Frame frame, ICollection<FrameStamp> cuts)
    {
        var sight = detector.See(in frame);
        var mayCut = _held is not { } before || detector.MayCut(in before, in sight);
        _wanted = mayCut ? 1 + detector.LooksAfter : _wanted - 1;

        // The frame before one that could be a cut is compared with those after it, so each waits for the next.
        Let(mayCut);
        _held = sight with { Look = sight.Look.ToArray() };
        _isHeldWanted = _wanted > 0;
    }

    /// <inheritdoc/>
    public void Complete(ICollection<FrameStamp> cuts) => Let(true);

    /// <summary>What is certain by now, in order.</summary>
    public SceneSight[] Take()
    {
        lock (_gate)
        {
            SceneSight[] taken = [.. _sights];
            _sights.Clear();
            return taken;
        }
    }

    private void Let(bool isWanted)
    {
        if (_held is { } sight)
        {
            lock (_gate)
            {
                _sights.Add(isWanted || _isHeldWanted ? sight : sight with { Look = default });
            }
        }

        _held = null;
    }
}
