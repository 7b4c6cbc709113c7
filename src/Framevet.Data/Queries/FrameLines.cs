using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Framevet.Pipeline.Culling;

namespace Framevet.Data.Queries;

/// <summary>Columns while they are filled, in rising order of PTS.</summary>
internal sealed class FrameLines
{
    private readonly Dictionary<string, int> _parts = new(StringComparer.Ordinal);

    public List<long> Pts { get; } = [];
    public List<double> Seconds { get; } = [];
    public List<int> Index { get; } = [];
    public List<FrameState> States { get; } = [];
    public List<bool> IsAllowed { get; } = [];
    public List<int> Ranks { get; } = [];
    public List<ulong> Fingerprints { get; } = [];
    public List<int> Losses { get; } = [];
    public List<string> LossParts { get; } = [];
    public List<byte> Stars { get; } = [];
    public List<MarkFlag> Flags { get; } = [];
    public List<byte> Colours { get; } = [];
    public Dictionary<int, ImmutableArray<string>> Tags { get; } = [];
    public Dictionary<string, List<double>> Scores { get; } = new(StringComparer.Ordinal);

    /// <summary>The place of a part that loses frames.</summary>
    public int PartOf(string part)
    {
        if (!_parts.TryGetValue(part, out var at))
        {
            _parts[part] = at = LossParts.Count;
            LossParts.Add(part);
        }

        return at;
    }

    /// <summary>Adds a frame without scores and marks.</summary>
    public void Add(long pts, double seconds, int index, FrameState state, bool isAllowed, int rank, ulong fingerprint, int loss)
    {
        Pts.Add(pts);
        Seconds.Add(seconds);
        Index.Add(index);
        States.Add(state);
        IsAllowed.Add(isAllowed);
        Ranks.Add(rank);
        Fingerprints.Add(fingerprint);
        Losses.Add(loss);
        Stars.Add(0);
        Flags.Add(MarkFlag.None);
        Colours.Add(0);
    }

    /// <summary>The column of a score, as long as there were frames before the last one.</summary>
    public List<double> Score(string id)
    {
        if (!Scores.TryGetValue(id, out var column))
        {
            Scores[id] = column = [];
        }

        Fill(column, Pts.Count - 1);
        return column;
    }

    /// <summary>Gives every column its full length.</summary>
    public void Close()
    {
        foreach (var column in Scores.Values)
        {
            Fill(column, Pts.Count);
        }
    }

    /// <summary>Puts a mark on the frame at a place.</summary>
    public void Mark(int at, int stars, MarkFlag flag, int colour, ImmutableArray<string> tags)
    {
        (Stars[at], Flags[at], Colours[at]) = ((byte)stars, flag, (byte)colour);
        if (tags.IsEmpty)
        {
            Tags.Remove(at);
        }
        else
        {
            Tags[at] = tags;
        }
    }

    /// <summary>Place of a frame, negative when there is none.</summary>
    public int PlaceOf(long pts) => CollectionsMarshal.AsSpan(Pts).BinarySearch(pts);

    /// <summary>The frames of older columns with newer ones in their places.</summary>
    public static FrameLines Merge(RunColumns old, FrameLines newer)
    {
        var merged = new FrameLines();
        var (i, j) = (0, 0);
        while (i < old.Count || j < newer.Pts.Count)
        {
            if (j < newer.Pts.Count && (i >= old.Count || newer.Pts[j] <= old.Pts[i]))
            {
                merged.Copy(newer, j);
                if (i < old.Count && old.Pts[i] == newer.Pts[j])
                {
                    merged.Mark(merged.Pts.Count - 1, old.Stars[i], old.Flags[i], old.Colours[i], old.Tags.GetValueOrDefault(i, []));
                    i++;
                }

                j++;
            }
            else
            {
                merged.Copy(old, i++);
            }
        }

        merged.Close();
        return merged;
    }

    private void Copy(FrameLines from, int i)
    {
        Add(from.Pts[i], from.Seconds[i], from.Index[i], from.States[i], from.IsAllowed[i], from.Ranks[i], from.Fingerprints[i], from.Losses[i] < 0 ? -1 : PartOf(from.LossParts[from.Losses[i]]));
        foreach (var (score, values) in from.Scores)
        {
            if (!double.IsNaN(values[i]))
            {
                Score(score).Add(values[i]);
            }
        }
    }

    private void Copy(RunColumns from, int i)
    {
        Add(from.Pts[i], from.Seconds[i], from.Index[i], from.States[i], from.IsAllowed[i], from.Ranks[i], from.Fingerprints[i], from.Losses[i] < 0 ? -1 : PartOf(from.LossParts[from.Losses[i]]));
        Mark(Pts.Count - 1, from.Stars[i], from.Flags[i], from.Colours[i], from.Tags.GetValueOrDefault(i, []));
        foreach (var (score, values) in from.Scores)
        {
            if (!double.IsNaN(values[i]))
            {
                Score(score).Add(values[i]);
            }
        }
    }

    private static void Fill(List<double> column, int length)
    {
        while (column.Count < length)
        {
            column.Add(double.NaN);
        }
    }
}
