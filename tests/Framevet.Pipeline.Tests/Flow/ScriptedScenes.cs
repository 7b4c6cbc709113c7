using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Scenes;
using System.Collections.Immutable;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>A cut whenever the number of the frame passes a multiple of seven and the scene has lasted five frames: needs the frame before and the last cut.</summary>
internal sealed class SeventhCuts(bool canResume = true, int late = 0) : ISceneDetector
{
    private readonly List<FrameStamp> _found = [];
    private int? _before;
    private int _lastCut;

    public int Looked { get; private set; }

    /// <summary>The longest that a change matters here: a multiple of seven and five frames more.</summary>
    public TimeSpan? WarmUp => canResume ? TimeSpan.FromSeconds(1.3) : null;

    public void Look(in Frame frame, ICollection<FrameStamp> cuts)
    {
        Looked++;
        if (_before is { } before && before / 7 != frame.Index / 7 && frame.Index - _lastCut >= 5)
        {
            _lastCut = frame.Index;
            _found.Add(new FrameStamp(frame.Index, frame.Pts));
        }

        _before = frame.Index;
        foreach (var cut in _found.Where(c => _before - c.Index >= late).ToArray())
        {
            cuts.Add(cut);
            _found.Remove(cut);
        }
    }

    public void Complete(ICollection<FrameStamp> cuts) => _found.ForEach(cuts.Add);
}

/// <summary>Gives away the middle one of each five frames once the fifth has come, and what is left at the end.</summary>
internal sealed class MiddleOfFive : IHoldingSampler
{
    private readonly List<FrameCopy> _held = [];

    public DecodePlan Plan(MediaInfo media) => new DecodePlan.EveryFrame();

    public void Offer(in Frame frame, SampleSink give)
    {
        var copy = new FrameCopy();
        copy.Take(in frame);
        _held.Add(copy);
        if (_held.Count == 5)
        {
            var middle = _held[2].Frame;
            give(in middle);
            _held.Clear();
        }
    }

    public void Complete(SampleSink give)
    {
        if (_held.Count > 0)
        {
            var last = _held[^1].Frame;
            give(in last);
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>Lets the frames pass whose brightness is above the mean of the run.</summary>
internal sealed class AboveMeanGate : IRunGate
{
    public Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        var mean = candidates.Average(c => c.Score("brightness"));
        return Task.FromResult(candidates.Select(c => c.Score("brightness") >= mean ? GateResult.Passed : GateResult.Failed("below the mean")).ToImmutableArray());
    }
}

/// <summary>Drops every second frame that is still in, and looks at its picture.</summary>
internal sealed class SecondLookGate : IRunGate
{
    public List<float[]?> Looks { get; } = [];

    public bool Remembers => true;

    public async Task<ImmutableArray<GateResult>> CheckAllAsync(ImmutableArray<Candidate> candidates, ILooks looks, CancellationToken ct)
    {
        foreach (var candidate in candidates)
        {
            Looks.Add(await looks.OfAsync(candidate, ct));
        }

        return [.. candidates.Select((c, i) => i % 2 == 0 ? GateResult.Passed : GateResult.Failed("second"))];
    }
}
