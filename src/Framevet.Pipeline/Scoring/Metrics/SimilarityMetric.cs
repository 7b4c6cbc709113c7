using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Structural similarity to the sampled frame before: 1 identical, around 0 unrelated, below 0 inverted. Both are averaged down to at most 128
/// pixels on the long side; sides below the window of 11 are spread to it. It depends on the sampling, as motion does. The first frame has none.
/// Higher is better in the sense of motion: what stands still is seldom smeared.
/// </summary>
[Part("similarity", "Similarity", "How alike the picture is to the sampled frame before (SSIM).")]
public sealed class SimilarityMetric : IStreamMetric
{
    private const int Side = 128;
    private const int WindowSize = 11;

    // (K1 L)² and (K2 L)² of the paper with L = 255.
    private const double C1 = 0.01 * 255 * 0.01 * 255;
    private const double C2 = 0.03 * 255 * 0.03 * 255;

    private static readonly double[] Window = RowFilter.Gaussian(WindowSize, 1.5);

    private readonly float[] _scaled = new float[Side * Side];
    private readonly double[] _product = new double[Side * Side];
    private readonly double[] _covariance = new double[Side * Side];
    private Look _current = new();
    private Look _before = new();
    private FrameLayout? _layout;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("similarity", "Similarity", -1, 1, HigherIsBetter: true, "", "mean SSIM of area-averaged Y, Gaussian 11x11 of deviation 1.5, K1 = 0.01, K2 = 0.03, whole windows only; Z. Wang et al., IEEE Trans. Image Processing 13, 2004")];

    /// <inheritdoc/>
    public void Measure(in Frame frame, Span<float> scores)
    {
        var (width, height) = Size(frame.Layout);
        AreaScaler.Scale(frame.Luma, frame.Layout.Width, frame.Layout.Height, _scaled, width, height);
        _current.Take(_scaled.AsSpan(0, width * height), width, height);
        scores[0] = _layout == frame.Layout ? (float)Math.Clamp(Mean(width, height), -1, 1) : float.NaN;
        _layout = frame.Layout;
        (_before, _current) = (_current, _before);
    }

    private static (int Width, int Height) Size(FrameLayout layout)
    {
        var scale = Math.Min(1, Side / (double)Math.Max(layout.Width, layout.Height));
        return (Math.Max(WindowSize, (int)Math.Round(layout.Width * scale)), Math.Max(WindowSize, (int)Math.Round(layout.Height * scale)));
    }

    private double Mean(int width, int height)
    {
        var (a, b) = (_current, _before);
        var size = width * height;
        for (var i = 0; i < size; i++)
        {
            _product[i] = a.Values[i] * b.Values[i];
        }

        RowFilter.Smooth(_product.AsSpan(0, size), width, height, Window, Beyond.Edge, _covariance);
        double sum = 0;
        const int Rim = WindowSize / 2;
        for (var y = Rim; y < height - Rim; y++)
        {
            for (var x = Rim; x < width - Rim; x++)
            {
                var i = (y * width) + x;
                var means = a.Means[i] * b.Means[i];
                sum += ((2 * means) + C1) * ((2 * (_covariance[i] - means)) + C2)
                    / (((a.Means[i] * a.Means[i]) + (b.Means[i] * b.Means[i]) + C1) * (a.Variances[i] + b.Variances[i] + C2));
            }
        }

        return sum / ((width - (2 * Rim)) * (height - (2 * Rim)));
    }

    /// <summary>A small picture with its local means and variances.</summary>
    private sealed class Look
    {
        private readonly double[] _squares = new double[Side * Side];

        public double[] Values { get; } = new double[Side * Side];

        public double[] Means { get; } = new double[Side * Side];

        public double[] Variances { get; } = new double[Side * Side];

        public void Take(ReadOnlySpan<float> picture, int width, int height)
        {
            for (var i = 0; i < picture.Length; i++)
            {
                Values[i] = picture[i];
                _squares[i] = Values[i] * Values[i];
            }

            RowFilter.Smooth(Values.AsSpan(0, picture.Length), width, height, Window, Beyond.Edge, Means);
            RowFilter.Smooth(_squares.AsSpan(0, picture.Length), width, height, Window, Beyond.Edge, Variances);
            for (var i = 0; i < picture.Length; i++)
            {
                Variances[i] -= Means[i] * Means[i];
            }
        }
    }
}
