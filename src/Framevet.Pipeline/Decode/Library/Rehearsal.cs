using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// One made-up picture through the steps that every frame goes through, so that they are compiled while a command is still read and its file opened: they are compiled in full at their first
/// call, which takes as long as decoding some dozens of small frames.
/// </summary>
internal static class Rehearsal
{
    private const int Width = 64;
    private const int Height = 36;

    /// <summary>Runs once; what comes out is dropped.</summary>
    public static void Run()
    {
        var layout = new FrameLayout(Width, Height);

        // Reduced by a whole number and by another one: two ways to sum up.
        foreach (var times in (double[])[2, 2.5])
        {
            var (width, height) = ((int)(Width * times), (int)(Height * times));
            var gray = new byte[width * height];
            var picture = new PlanarPicture { Y = gray, Cb = gray, Cr = gray, LumaStride = width, ChromaStride = (width + 1) / 2, Width = width, Height = height, IsFullRange = false };
            var scaler = new ViewScaler(layout, "bt709");
            var stats = new PlaneStats();
            scaler.Sum(in picture, stats, PlaneGroups.Levels | PlaneGroups.Windows | PlaneGroups.Tiles | PlaneGroups.Colors);
            _ = Fingerprint.Of(stats.Tiles);
        }
    }
}
