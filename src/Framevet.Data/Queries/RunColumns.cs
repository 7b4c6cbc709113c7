using System.Collections.Frozen;
using System.Collections.Immutable;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Queries;

/// <summary>
/// What filters, histograms and curves need of all frames of a run, column by column in order of PTS, as the store had it at a revision. A hundred thousand frames with
/// ten scores take some 14 MB, shared by everybody who looks at the run. Immutable.
/// </summary>
public sealed class RunColumns
{
    private readonly Dictionary<string, double[]> _sorted;
    private readonly Lock _gate;

    internal RunColumns(RunId run, long revision, FrameLines lines)
    {
        (_sorted, _gate) = (new(StringComparer.Ordinal), new());
        (Run, Revision) = (run, revision);
        Pts = [.. lines.Pts];
        Seconds = [.. lines.Seconds];
        Index = [.. lines.Index];
        States = [.. lines.States];
        IsAllowed = [.. lines.IsAllowed];
        Ranks = [.. lines.Ranks];
        Fingerprints = [.. lines.Fingerprints];
        Losses = [.. lines.Losses];
        LossParts = [.. lines.LossParts];
        Stars = [.. lines.Stars];
        Flags = [.. lines.Flags];
        Colours = [.. lines.Colours];
        Tags = lines.Tags.ToFrozenDictionary();
        Scores = lines.Scores.ToImmutableSortedDictionary(s => s.Key, s => s.Value.ToImmutableArray(), StringComparer.Ordinal);
    }

    // The same frames with other marks.
    private RunColumns(RunColumns old, long revision, IReadOnlyCollection<MarkLine> marks)
    {
        (Run, Revision) = (old.Run, revision);
        (Pts, Seconds, Index, States, IsAllowed) = (old.Pts, old.Seconds, old.Index, old.States, old.IsAllowed);
        (Ranks, Fingerprints, Losses, LossParts, Scores) = (old.Ranks, old.Fingerprints, old.Losses, old.LossParts, old.Scores);
        var (stars, flags, colours) = (old.Stars.ToBuilder(), old.Flags.ToBuilder(), old.Colours.ToBuilder());
        var tags = old.Tags.ToDictionary();
        foreach (var mark in marks)
        {
            if (PlaceOf(mark.Pts) is >= 0 and var at)
            {
                (stars[at], flags[at], colours[at]) = ((byte)mark.Stars, mark.Flag, (byte)mark.Colour);
                tags.Remove(at);
                if (!mark.Tags.IsEmpty)
                {
                    tags[at] = mark.Tags;
                }
            }
        }

        (Stars, Flags, Colours, Tags) = (stars.MoveToImmutable(), flags.MoveToImmutable(), colours.MoveToImmutable(), tags.ToFrozenDictionary());
        _sorted = old._sorted;
        _gate = old._gate;
    }

    /// <summary>The run.</summary>
    public RunId Run { get; }

    /// <summary>The run's revision that this shows.</summary>
    public long Revision { get; }

    /// <summary>Number of frames.</summary>
    public int Count => Pts.Length;

    /// <summary>Identity, rising.</summary>
    public ImmutableArray<long> Pts { get; }

    /// <summary>Media time.</summary>
    public ImmutableArray<double> Seconds { get; }

    /// <summary>Number of the frame in the file.</summary>
    public ImmutableArray<int> Index { get; }

    /// <summary>Where each frame stands.</summary>
    public ImmutableArray<FrameState> States { get; }

    /// <summary>Whether a verdict allows it to be seen.</summary>
    public ImmutableArray<bool> IsAllowed { get; }

    /// <summary>Rank among the picks, 0 = none.</summary>
    public ImmutableArray<int> Ranks { get; }

    /// <summary>Perceptual hash.</summary>
    public ImmutableArray<ulong> Fingerprints { get; }

    /// <summary>Place in <see cref="LossParts"/> of the first part that lost it, -1 = none.</summary>
    public ImmutableArray<int> Losses { get; }

    /// <summary>Ids of the parts that lost frames.</summary>
    public ImmutableArray<string> LossParts { get; }

    /// <summary>0..5.</summary>
    public ImmutableArray<byte> Stars { get; }

    /// <summary>Picked, rejected or neither by a person.</summary>
    public ImmutableArray<MarkFlag> Flags { get; }

    /// <summary>0 = none, 1..4.</summary>
    public ImmutableArray<byte> Colours { get; }

    /// <summary>Tags of those frames that have any, by place.</summary>
    public FrozenDictionary<int, ImmutableArray<string>> Tags { get; }

    /// <summary>Values by score id, NaN where it was not measured.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<double>> Scores { get; }

    internal RunColumns With(long revision, IReadOnlyCollection<MarkLine> marks) => new(this, revision, marks);

    /// <summary>The measured values of a score in rising order; empty when there are none. Sorted once.</summary>
    public ImmutableArray<double> Sorted(string score)
    {
        lock (_gate)
        {
            if (!_sorted.TryGetValue(score, out var values))
            {
                values = Scores.TryGetValue(score, out var all) ? [.. all.Where(double.IsFinite)] : [];
                Array.Sort(values);
                _sorted[score] = values;
            }

            return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(values);
        }
    }

    /// <summary>Share 0..1 of the measured values below this one; null when there are none.</summary>
    public double? Percentile(string score, double value)
    {
        var values = Sorted(score);
        if (values.IsEmpty)
        {
            return null;
        }

        var (low, high) = (0, values.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = values[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return (double)low / values.Length;
    }

    /// <summary>Place of a frame; negative when there is none (then the complement is where it would stand).</summary>
    public int PlaceOf(long pts) => Pts.BinarySearch(pts);
}

/// <summary>A mark as the store has it.</summary>
internal readonly record struct MarkLine(long Pts, int Stars, MarkFlag Flag, int Colour, ImmutableArray<string> Tags);
