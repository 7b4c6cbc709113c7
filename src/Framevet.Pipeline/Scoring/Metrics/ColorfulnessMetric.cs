using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Colourfulness: 0 gray, 15 slightly, 33 moderately, 59 quite, 82 highly and 109 extremely colourful, by the paper's poll. Computed on RGB at
/// the resolution of the chroma planes: luma averaged over the 2x2 pixels that share a chroma sample, values clipped to 0..255.
/// </summary>
[Part("colorfulness", "Colourfulness", "How colourful the picture is, as people see it.")]
public sealed class ColorfulnessMetric : IFrameMetric
{
    // |rg|, |yb| <= 255 and mean² + variance <= 255² each: sqrt(2) * 255 * sqrt(1 + 0.3²).
    private const double Most = 376.6;

    private const double MeanWeight = 0.3;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("colorfulness", "Colourfulness", 0, Most, HigherIsBetter: true, "", "sqrt(var rg + var yb) + 0.3 sqrt(mean² rg + mean² yb); rg = R - G, yb = (R + G)/2 - B; D. Hasler and S. Süsstrunk, SPIE 5007, 2003, eq. 14")];

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            scores[i] = (float)Of(frames[i], isPlain: false);
        }
    }

    internal static double Of(in Frame frame, bool isPlain)
    {
        var layout = frame.Layout;
        var sums = default(OpponentSums);
        for (var y = 0; y < layout.ChromaHeight; y++)
        {
            var above = frame.Luma.Slice(2 * y * layout.Width, layout.Width);
            var below = frame.Luma.Slice(Math.Min((2 * y) + 1, layout.Height - 1) * layout.Width, layout.Width);
            var cb = frame.Cb.Slice(y * layout.ChromaWidth, layout.ChromaWidth);
            var cr = frame.Cr.Slice(y * layout.ChromaWidth, layout.ChromaWidth);
            var x = isPlain ? 0 : sums.AddVectors(above, below, cb, cr);
            for (; x < cb.Length; x++)
            {
                var right = Math.Min((2 * x) + 1, layout.Width - 1);
                sums.Add((above[2 * x] + above[right] + below[2 * x] + below[right]) / 4f, cb[x], cr[x]);
            }
        }

        return sums.Colorfulness(layout.ChromaBytes);
    }

    /// <summary>Sums of the two opponent colours and their squares.</summary>
    private struct OpponentSums
    {
        // BT.601 in full range.
        private const float RedOfCr = 1.402f;
        private const float GreenOfCb = -0.344136f;
        private const float GreenOfCr = -0.714136f;
        private const float BlueOfCb = 1.772f;

        private double _rg;
        private double _yb;
        private double _squares;

        public void Add(float luma, int cb, int cr)
        {
            var red = Math.Clamp(luma + (RedOfCr * (cr - 128)), 0, 255);
            var green = Math.Clamp(luma + (GreenOfCb * (cb - 128)) + (GreenOfCr * (cr - 128)), 0, 255);
            var blue = Math.Clamp(luma + (BlueOfCb * (cb - 128)), 0, 255);
            var (rg, yb) = (red - green, ((red + green) / 2) - blue);
            _rg += rg;
            _yb += yb;
            _squares += (rg * rg) + (yb * yb);
        }

        /// <summary>Eight chroma samples a step; returns the first that is left over.</summary>
        public int AddVectors(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below, ReadOnlySpan<byte> cb, ReadOnlySpan<byte> cr)
        {
            ref var top = ref MemoryMarshal.GetReference(above);
            ref var bottom = ref MemoryMarshal.GetReference(below);
            ref var blues = ref MemoryMarshal.GetReference(cb);
            ref var reds = ref MemoryMarshal.GetReference(cr);
            var (rgs, ybs, squares) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            var x = 0;
            for (; (2 * x) + Vector128<byte>.Count <= above.Length && x + Vector128<byte>.Count <= cb.Length; x += Vector256<float>.Count)
            {
                var (lowTop, highTop) = Vector128.Widen(Vector128.LoadUnsafe(ref top, (nuint)(2 * x)));
                var (lowBottom, highBottom) = Vector128.Widen(Vector128.LoadUnsafe(ref bottom, (nuint)(2 * x)));
                var pairs = Vector256.Create(lowTop + lowBottom, highTop + highBottom).AsUInt32();
                var luma = Vector256.ConvertToSingle(((pairs & Vector256.Create(0xFFFFu)) + (pairs >>> 16)).AsInt32()) * 0.25f;
                var (b, r) = (Signed(ref blues, x), Signed(ref reds, x));
                var red = Clip(luma + (RedOfCr * r));
                var green = Clip(luma + (GreenOfCb * b) + (GreenOfCr * r));
                var (rg, yb) = (red - green, ((red + green) * 0.5f) - Clip(luma + (BlueOfCb * b)));
                rgs += rg;
                ybs += yb;
                squares += (rg * rg) + (yb * yb);
            }

            _rg += Vector256.Sum(rgs);
            _yb += Vector256.Sum(ybs);
            _squares += Vector256.Sum(squares);
            return x;
        }

        public readonly double Colorfulness(int count)
        {
            var (rg, yb) = (_rg / count, _yb / count);
            var means = (rg * rg) + (yb * yb);
            return Math.Sqrt(Math.Max(0, (_squares / count) - means)) + (MeanWeight * Math.Sqrt(means));
        }

        private static Vector256<float> Clip(Vector256<float> value) => Vector256.Min(Vector256.Max(value, Vector256<float>.Zero), Vector256.Create(255f));

        private static Vector256<float> Signed(ref byte chroma, int x)
        {
            var (low, high) = Vector128.Widen(Vector128.WidenLower(Vector128.LoadUnsafe(ref chroma, (nuint)x)));
            return Vector256.ConvertToSingle(Vector256.Create(low, high).AsInt32() - Vector256.Create(128));
        }
    }
}
