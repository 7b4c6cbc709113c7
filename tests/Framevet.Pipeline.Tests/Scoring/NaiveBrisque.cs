using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>
/// BRISQUE features in plain form, with the choices in which implementations differ. <see cref="Published"/>: the release of the paper's authors. <see cref="Ported"/>: a common
/// port to Python, with which the reference numbers of the models folder were made.
/// </summary>
internal sealed record NaiveBrisque(bool Antialiased, bool WrapsAround, bool ZeroIsRight, bool FirstShapeIsAsymmetric)
{
    private static readonly (int Down, int Right)[] Neighbours = [(0, 1), (1, 0), (1, 1), (-1, 1)];

    public static NaiveBrisque Published { get; } = new(Antialiased: true, WrapsAround: true, ZeroIsRight: false, FirstShapeIsAsymmetric: false);

    public static NaiveBrisque Ported { get; } = new(Antialiased: false, WrapsAround: false, ZeroIsRight: true, FirstShapeIsAsymmetric: true);

    /// <summary>The 36 features of a plane [height x width] of 0..255.</summary>
    public double[] Describe(double[,] plane) => [.. OfScale(plane), .. OfScale(Halved(plane))];

    private List<double> OfScale(double[,] plane)
    {
        var normal = Normalised(plane);
        var (height, width) = (normal.GetLength(0), normal.GetLength(1));
        var values = normal.Cast<double>().ToArray();
        var features = new List<double>();
        if (FirstShapeIsAsymmetric)
        {
            var (shape, left, right) = Fit(values);
            features.AddRange([shape, ((left * left) + (right * right)) / 2]);
        }
        else
        {
            var (mean, square) = (values.Average(Math.Abs), values.Average(v => v * v));
            features.AddRange([Shape(mean * mean / square), square]);
        }

        foreach (var (down, right) in Neighbours)
        {
            var products = new List<double>();
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    if (WrapsAround || (y + down >= 0 && y + down < height && x + right < width))
                    {
                        products.Add(normal[y, x] * normal[(y + down + height) % height, (x + right) % width]);
                    }
                }
            }

            var (shape, leftDeviation, rightDeviation) = Fit([.. products]);
            var scale = Math.Sqrt(Gamma(1 / shape) / Gamma(3 / shape));
            features.AddRange([shape, (rightDeviation - leftDeviation) * Gamma(2 / shape) / Gamma(1 / shape) * scale, leftDeviation * leftDeviation, rightDeviation * rightDeviation]);
        }

        return features;
    }

    private (double Shape, double Left, double Right) Fit(double[] values)
    {
        var left = Math.Sqrt(values.Where(v => v < 0).Average(v => v * v));
        var right = Math.Sqrt(values.Where(v => v > 0 || (ZeroIsRight && v == 0)).Average(v => v * v));
        var balance = left / right;
        var mean = values.Average(Math.Abs);
        var ratio = mean * mean / values.Average(v => v * v);
        return (Shape(ratio * (Math.Pow(balance, 3) + 1) * (balance + 1) / Math.Pow((balance * balance) + 1, 2)), left, right);
    }

    // The port looks for the root instead of walking a table; both agree within the table's step of 0.001.
    private static double Shape(double ratio) =>
        Enumerable.Range(0, 9801).Select(i => 0.2 + (i * 0.001)).MinBy(s => Math.Abs((Math.Pow(Gamma(2 / s), 2) / (Gamma(1 / s) * Gamma(3 / s))) - ratio));

    private static double Gamma(double x) => Math.Exp(GammaShapes.LogGamma(x));

    /// <summary>(v - mean) / (deviation + 1) under a 7x7 Gaussian of deviation 7/6, zeros beyond the edge.</summary>
    private static double[,] Normalised(double[,] plane)
    {
        var (height, width) = (plane.GetLength(0), plane.GetLength(1));
        var weights = Enumerable.Range(-3, 7).Select(d => Math.Exp(-d * d / (2 * Math.Pow(7.0 / 6, 2)))).ToArray();
        var total = Math.Pow(weights.Sum(), 2);
        var normal = new double[height, width];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (mean, square) = (0.0, 0.0);
                for (var dy = Math.Max(-3, -y); dy <= Math.Min(3, height - 1 - y); dy++)
                {
                    for (var dx = Math.Max(-3, -x); dx <= Math.Min(3, width - 1 - x); dx++)
                    {
                        var (weight, value) = (weights[dy + 3] * weights[dx + 3] / total, plane[y + dy, x + dx]);
                        mean += weight * value;
                        square += weight * value * value;
                    }
                }

                normal[y, x] = (plane[y, x] - mean) / (Math.Sqrt(Math.Abs(square - (mean * mean))) + 1);
            }
        }

        return normal;
    }

    /// <summary>Half the size by a bicubic kernel: of a = -1/2 stretched over eight pixels, or of a = -3/4 over four.</summary>
    private double[,] Halved(double[,] plane)
    {
        var (reach, a, stretch) = Antialiased ? (4, -0.5, 2.0) : (2, -0.75, 1.0);
        var weights = Enumerable.Range(1 - reach, 2 * reach).Select(d => Cubic(Math.Abs(d - 0.5) / stretch, a) / stretch).ToArray();
        var (height, width) = (plane.GetLength(0), plane.GetLength(1));
        var half = new double[(height + 1) / 2, (width + 1) / 2];
        for (var y = 0; y < half.GetLength(0); y++)
        {
            for (var x = 0; x < half.GetLength(1); x++)
            {
                for (var i = 0; i < 2 * reach; i++)
                {
                    for (var j = 0; j < 2 * reach; j++)
                    {
                        half[y, x] += weights[i] * weights[j] * plane[Inside((2 * y) + i + 1 - reach, height), Inside((2 * x) + j + 1 - reach, width)];
                    }
                }
            }
        }

        return half;
    }

    private static double Cubic(double d, double a) => d switch
    {
        <= 1 => ((a + 2) * d * d * d) - ((a + 3) * d * d) + 1,
        < 2 => a * ((d * d * d) - (5 * d * d) + (8 * d) - 4),
        _ => 0,
    };

    private int Inside(int i, int length) => !Antialiased ? Math.Clamp(i, 0, length - 1) : i < 0 ? -1 - i : i < length ? i : (2 * length) - 1 - i;
}
