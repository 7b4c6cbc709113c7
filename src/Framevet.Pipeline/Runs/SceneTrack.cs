using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Runs;

/// <summary>The scene list of a run as it grows: cuts from a detector, and where the scenes between them end. Fed by one thread, read by any.</summary>
internal sealed class SceneTrack(ISceneDetector detector, FrameStamp? context)
{
    // Stamps of the last frames: a cut is announced some frames late, and the scene before ends with the frame before it.
    private const int MaxRecent = 256;

    private readonly Lock _gate = new();
    private readonly List<FrameStamp> _recent = [];
    private readonly List<FrameStamp> _cuts = [];
    private readonly List<FrameStamp> _found = [];
    private readonly Dictionary<Pts, FrameStamp> _ends = [];
    private FrameStamp? _first;
    private FrameStamp? _last;

    /// <summary>Scenes so far, the open one ending at the last frame seen.</summary>
    public ImmutableArray<Scene> Scenes
    {
        get
        {
            lock (_gate)
            {
                return _first is not { } first || _last is not { } last ? [] : SceneList.From(first, _cuts, last, _ends);
            }
        }
    }

    /// <summary>Takes up scenes found earlier. Cuts behind the context frame will be found again.</summary>
    public void Resume(ImmutableArray<Scene> scenes)
    {
        if (scenes.IsEmpty || context is not { } from)
        {
            return;
        }

        _first = scenes[0].First;
        foreach (var (before, scene) in scenes.Zip(scenes.Skip(1)).Where(p => p.Second.First.Pts <= from.Pts))
        {
            _cuts.Add(scene.First);
            _ends[scene.First.Pts] = before.Last;
        }
    }

    /// <summary>Shows the next frame to the detector.</summary>
    public void Watch(in Frame frame)
    {
        _found.Clear();
        detector.Look(in frame, _found);
        Note(new FrameStamp(frame.Index, frame.Pts, frame.IsKey));
    }

    /// <summary>The same for a frame that somebody else saw.</summary>
    public void Watch(in SceneSight sight)
    {
        _found.Clear();
        ((IDividedDetector)detector).Judge(in sight, _found);
        Note(sight.Stamp);
    }

    /// <summary>After the last frame.</summary>
    public void Complete()
    {
        _found.Clear();
        detector.Complete(_found);
        lock (_gate)
        {
            NoteCuts();
        }
    }

    private void Note(FrameStamp stamp)
    {
        lock (_gate)
        {
            _first ??= stamp;
            _recent.Add(stamp);
            NoteCuts();
            _last = stamp;
            if (_recent.Count > MaxRecent)
            {
                _recent.RemoveAt(0);
            }
        }
    }

    private void NoteCuts()
    {
        // Cuts up to the context frame are known from the earlier work, which had seen more before them.
        foreach (var cut in _found.Where(c => context is not { } from || c.Pts > from.Pts))
        {
            var at = _recent.FindIndex(s => s.Pts == cut.Pts);
            if (at > 0)
            {
                _cuts.Add(cut);
                _ends[cut.Pts] = _recent[at - 1];
            }
        }
    }
}
