using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// The classical scores over the subject only: pixels whose mask is above 128. Windows at the rim of the subject see the real background, which
/// is never blackened. Frames without a mask, and those with fewer than 100 pixels of subject, have none.
/// </summary>
[Part("subject", "Subject scores", "The classical scores of the subject alone, where something has marked one.")]
public sealed class SubjectMetric : IFrameMetric
{
    private const byte Inside = 128;
    private const int MinPixels = 100;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new("subject-sharpness", "Subject sharpness", 0, SharpnessMetric.MaxLaplacian * SharpnessMetric.MaxLaplacian, HigherIsBetter: true, "", "as sharpness, over inner pixels with mask > 128"),
        new("subject-edge-strength", "Subject edge strength", 0, EdgeStrengthMetric.MaxGradient, HigherIsBetter: true, "", "as edge-strength, over inner pixels with mask > 128"),
        new("subject-contrast", "Subject contrast", 0, 100, HigherIsBetter: true, "%", "as contrast, over pixels with mask > 128"),
        new("subject-brightness", "Subject brightness", 0, 100, HigherIsBetter: true, "%", "as brightness, over pixels with mask > 128"),
        new("subject-entropy", "Subject entropy", 0, 8, HigherIsBetter: true, "bit", "as entropy, over pixels with mask > 128"),
    ];

    /// <inheritdoc/>
    public bool ReadsFindings => true;

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            Measure(frames[i], scores.Slice(i * Outputs.Length, Outputs.Length));
        }
    }

    private static void Measure(in Frame frame, Span<float> scores)
    {
        scores.Fill(float.NaN);
        var luma = frame.Luma;
        var mask = frame.Mask.Span;
        var width = frame.Layout.Width;
        if (mask.IsEmpty)
        {
            return;
        }

        Span<int> counts = stackalloc int[Histogram.Levels];
        counts.Clear();
        var windows = default(WindowSums);
        var inner = 0;
        for (var i = 0; i < luma.Length; i++)
        {
            if (mask[i] <= Inside)
            {
                continue;
            }

            counts[luma[i]]++;
            var (x, y) = (i % width, i / width);
            if (x > 0 && x < width - 1 && y > 0 && y < frame.Layout.Height - 1)
            {
                WindowRow.AddOne(luma.Slice((y - 1) * width, 3 * width), width, x, ref windows);
                inner++;
            }
        }

        Write(Histogram.Sums(counts), Histogram.Bits(counts), windows, inner, scores);
    }

    private static void Write(PlaneSums sums, double bits, WindowSums windows, int inner, Span<float> scores)
    {
        if (sums.Count < MinPixels)
        {
            return;
        }

        if (inner >= MinPixels)
        {
            scores[0] = (float)windows.LaplacianVariance(inner);
            scores[1] = (float)(windows.SobelLengths / inner);
        }

        scores[2] = (float)ContrastMetric.Of(sums);
        scores[3] = (float)BrightnessMetric.Of(sums);
        scores[4] = (float)bits;
    }
}
