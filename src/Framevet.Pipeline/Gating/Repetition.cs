using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Gating;

/// <summary>How gates say that a frame repeats another one. A distance grows and a similarity falls as two frames differ more; each is called by its own name.</summary>
internal static class Repetition
{
    /// <summary>"duplicate of frame #123 at 0:04.2 (distance 3)".</summary>
    public static string Of(int index, Pts pts, int distance) => string.Create(CultureInfo.InvariantCulture, $"duplicate of frame #{index} at {pts.Clock()} (distance {distance})");

    /// <summary>"looks like frame #123 at 0:04.2 (similarity 0.97)".</summary>
    public static string Like(Candidate kept, double similarity) => string.Create(CultureInfo.InvariantCulture, $"looks like frame #{kept.Index} at {kept.Pts.Clock()} (similarity {similarity:0.00#})");
}
