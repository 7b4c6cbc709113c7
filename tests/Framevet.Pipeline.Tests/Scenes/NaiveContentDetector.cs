using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Tests.Scenes;

/// <summary>
/// The published default of PySceneDetect's content detector in plain form: every pixel to 8-bit HSV by OpenCV's conventions (hue 0..179), pictures thinned to
/// about 256 columns by a whole stride, mean absolute difference of the three planes, threshold 27, 15 frames at least.
/// </summary>
internal static class NaiveContentDetector
{
    private const double Threshold = 27;
    private const int MinFrames = 15;

    /// <summary>Whether each frame differs enough from the one before.</summary>
    public static List<bool> Changes(List<Frame> frames)
    {
        var changes = new List<bool>();
        byte[]? before = null;
        foreach (var frame in frames)
        {
            var hsv = Hsv(frame);
            long sum = 0;
            for (var i = 0; before is not null && i < hsv.Length; i++)
            {
                sum += Math.Abs(hsv[i] - before[i]);
            }

            before = hsv;
            changes.Add((double)sum / hsv.Length >= Threshold);
        }

        return changes;
    }

    /// <summary>The older rule: changes that follow a cut too soon are ignored.</summary>
    public static IEnumerable<int> Ignoring(List<bool> changes)
    {
        var last = 0;
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i] && i - last >= MinFrames)
            {
                yield return last = i;
            }
        }
    }

    /// <summary>The newer rule: after the first cut, changes that follow each other too soon become one cut at the last of them.</summary>
    public static IEnumerable<int> Merging(List<bool> changes)
    {
        var (last, start, hasCut) = (0, -1, false);
        for (var i = 0; i < changes.Count; i++)
        {
            var isLong = i - last >= MinFrames;
            last = changes[i] ? i : last;
            if (start >= 0)
            {
                if (isLong && !changes[i] && last - start >= MinFrames)
                {
                    start = -1;
                    yield return last;
                }
            }
            else if (changes[i] && isLong)
            {
                hasCut = true;
                yield return i;
            }
            else if (changes[i] && hasCut)
            {
                start = i;
            }
        }
    }

    private static byte[] Hsv(Frame frame)
    {
        var layout = frame.Layout;
        var stride = Math.Max(1, layout.Width / 256);
        var hsv = new byte[3 * ((layout.Width + stride - 1) / stride) * ((layout.Height + stride - 1) / stride)];
        var to = 0;
        for (var y = 0; y < layout.Height; y += stride)
        {
            for (var x = 0; x < layout.Width; x += stride, to += 3)
            {
                var chroma = (y / 2 * layout.ChromaWidth) + (x / 2);
                (hsv[to], hsv[to + 1], hsv[to + 2]) = Hsv(frame.Luma[(y * layout.Width) + x], frame.Cb[chroma] - 128, frame.Cr[chroma] - 128);
            }
        }

        return hsv;
    }

    private static (byte Hue, byte Saturation, byte Value) Hsv(double y, double cb, double cr)
    {
        static double Clip(double v) => Math.Round(Math.Clamp(v, 0, 255));
        var (r, g, b) = (Clip(y + (1.402 * cr)), Clip(y - (0.344136 * cb) - (0.714136 * cr)), Clip(y + (1.772 * cb)));
        var max = Math.Max(r, Math.Max(g, b));
        var range = max - Math.Min(r, Math.Min(g, b));
        var degrees = range == 0 ? 0 : max == r ? 60 * (g - b) / range : max == g ? 120 + (60 * (b - r) / range) : 240 + (60 * (r - g) / range);
        var hue = (int)Math.Round((degrees < 0 ? degrees + 360 : degrees) / 2) % 180;
        return ((byte)hue, (byte)Math.Round(max == 0 ? 0 : 255 * range / max), (byte)max);
    }
}
