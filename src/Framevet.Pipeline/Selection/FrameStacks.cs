using System.Collections.Immutable;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Selection;

/// <summary>A frame as stacking sees it. <paramref name="Scene"/>: number of its scene, 0 when there are none; <paramref name="Score"/>: higher is better, NaN = not measured.</summary>
public readonly record struct StackFrame(long Pts, ulong Fingerprint, int Scene, double Score);

/// <summary>
/// Stacks of near duplicates. Each frame joins the first open stack of its scene whose first frame looks like it (at most the given distance of fingerprints), so a
/// slow change makes a chain of stacks and never one stack of strangers. Pure, deterministic.
/// </summary>
public static class FrameStacks
{
    // A look that has not come again for so many others is over: the effort stays linear in long scenes.
    private const int OpenStacks = 48;

    /// <summary>Places of the frames by stack, the best first and then by time; stacks by the time of their first frame. Every frame is in exactly one.</summary>
    /// <param name="frames">In time order.</param>
    /// <param name="maxDistance">Greatest distance 0..64 to the first frame of a stack.</param>
    /// <param name="acrossScenes">Whether a stack may hold frames of several scenes.</param>
    public static ImmutableArray<ImmutableArray<int>> Find(ReadOnlySpan<StackFrame> frames, int maxDistance, bool acrossScenes = false)
    {
        var stacks = new List<List<int>>();
        var open = new List<int>();
        var scene = 0;
        for (var i = 0; i < frames.Length; i++)
        {
            if (!acrossScenes && i > 0 && frames[i].Scene != scene)
            {
                open.Clear();
            }

            scene = frames[i].Scene;
            var at = Nearest(frames, stacks, open, frames[i].Fingerprint, maxDistance);
            if (at < 0)
            {
                stacks.Add([i]);
                open.Add(stacks.Count - 1);
                if (open.Count > OpenStacks)
                {
                    open.RemoveAt(0);
                }
            }
            else
            {
                stacks[open[at]].Add(i);
                var used = open[at];
                open.RemoveAt(at);
                open.Add(used);
            }
        }

        var sorted = ImmutableArray.CreateBuilder<ImmutableArray<int>>(stacks.Count);
        foreach (var stack in stacks)
        {
            sorted.Add(BestFirst(frames, stack));
        }

        return sorted.MoveToImmutable();
    }

    private static int Nearest(ReadOnlySpan<StackFrame> frames, List<List<int>> stacks, List<int> open, ulong fingerprint, int maxDistance)
    {
        var (best, distance) = (-1, maxDistance + 1);
        for (var at = open.Count - 1; at >= 0; at--)
        {
            var d = Fingerprint.Distance(frames[stacks[open[at]][0]].Fingerprint, fingerprint);
            if (d < distance)
            {
                (best, distance) = (at, d);
            }
        }

        return best;
    }

    private static ImmutableArray<int> BestFirst(ReadOnlySpan<StackFrame> frames, List<int> stack)
    {
        var best = stack[0];
        foreach (var i in stack)
        {
            if (!double.IsNaN(frames[i].Score) && !(frames[best].Score >= frames[i].Score))
            {
                best = i;
            }
        }

        stack.Remove(best);
        return [best, .. stack];
    }
}
