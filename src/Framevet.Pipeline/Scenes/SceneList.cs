using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Scenes;

/// <summary>From cuts to scenes, and from frames to the scenes they lie in.</summary>
public static class SceneList
{
    /// <summary>Scenes between the cuts. <paramref name="ends"/>: the last frame before each cut, by the cut's PTS.</summary>
    public static ImmutableArray<Scene> From(FrameStamp first, IReadOnlyList<FrameStamp> cuts, FrameStamp last, IReadOnlyDictionary<Pts, FrameStamp> ends)
    {
        ArgumentNullException.ThrowIfNull(cuts);
        ArgumentNullException.ThrowIfNull(ends);
        var scenes = ImmutableArray.CreateBuilder<Scene>(cuts.Count + 1);
        for (var i = 0; i <= cuts.Count; i++)
        {
            scenes.Add(new Scene(i + 1, i == 0 ? first : cuts[i - 1], i == cuts.Count ? last : ends[cuts[i].Pts]));
        }

        return scenes.MoveToImmutable();
    }

    /// <summary>The frames with the number of their scene; unchanged when there are no scenes.</summary>
    public static ImmutableArray<Candidate> InScenes(this ImmutableArray<Candidate> frames, ImmutableArray<Scene> scenes) =>
        scenes.IsDefaultOrEmpty ? frames : [.. frames.Select(f => f with { Scene = NumberAt(scenes, f.Pts) })];

    /// <summary>The last scene that begins at or before the stamp; the first one for stamps before all.</summary>
    internal static int NumberAt(ImmutableArray<Scene> scenes, Pts pts)
    {
        var (low, high) = (0, scenes.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = scenes[middle].First.Pts <= pts ? (middle, high) : (low, middle - 1);
        }

        return scenes[low].Number;
    }
}
