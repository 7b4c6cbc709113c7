using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>The textbook formulas, written again in the most literal form, against what the metrics say.</summary>
public sealed class NaiveReferenceSpecs
{
    private static readonly double[,] Laplace = { { 0, -1, 0 }, { -1, 4, -1 }, { 0, -1, 0 } };
    private static readonly double[,] SobelX = { { -1, 0, 1 }, { -2, 0, 2 }, { -1, 0, 1 } };
    private static readonly double[,] SobelY = { { -1, -2, -1 }, { 0, 0, 0 }, { 1, 2, 1 } };

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Classical_scores_equal_their_textbook_formulas(int seed)
    {
        var picture = Pictures.Scene(173, 97, seed);

        var scores = Scored.Of(picture)[0];

        var levels = picture.Pixels.Select(p => (double)p).ToList();
        var mean = levels.Average();
        var deviation = Math.Sqrt(levels.Average(v => (v - mean) * (v - mean)));
        Near(scores["brightness"], mean / 255 * 100);
        Near(scores["contrast"], Math.Min(deviation / mean, 2) / 2 * 100);
        Near(scores["entropy"], picture.Pixels.GroupBy(p => p).Select(g => (double)g.Count() / levels.Count).Sum(p => -p * Math.Log2(p)));

        var laplacian = Filter(picture, Laplace);
        var laplacianMean = laplacian.Average();
        Near(scores["sharpness"], laplacian.Average(v => (v - laplacianMean) * (v - laplacianMean)));
        Near(scores["edge-strength"], Filter(picture, SobelX).Zip(Filter(picture, SobelY), (x, y) => Math.Sqrt((x * x) + (y * y))).Average());
    }

    private static List<double> Filter(Picture picture, double[,] kernel)
    {
        var results = new List<double>();
        for (var y = 1; y < picture.Height - 1; y++)
        {
            for (var x = 1; x < picture.Width - 1; x++)
            {
                double sum = 0;
                for (var ky = 0; ky < 3; ky++)
                {
                    for (var kx = 0; kx < 3; kx++)
                    {
                        sum += kernel[ky, kx] * picture[x + kx - 1, y + ky - 1];
                    }
                }

                results.Add(sum);
            }
        }

        return results;
    }

    private static void Near(float actual, double expected) => ((double)actual).ShouldBe(expected, 1e-5 * Math.Max(1, Math.Abs(expected)));
}
