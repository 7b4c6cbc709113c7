using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Where the values of one direction come from: output i is the sum of <see cref="Taps"/> neighbouring source values from <see cref="Starts"/>[i] on, times its weights (which sum to 1).
/// Immutable.
/// </summary>
internal sealed class ResampleAxis
{
    /// <summary>Weights in one vector.</summary>
    public const int Lanes = 16;

    // Keys's cubic with this parameter, as pillow has it ("bicubic" of most published preprocessing).
    private const double Cubic = -0.5;

    private ResampleAxis(int[] starts, float[] weights, int taps)
    {
        (Starts, Weights, Taps) = (starts, weights, taps);
        var lanes = (taps + Lanes - 1) / Lanes * Lanes;
        LaneWeights = new float[starts.Length * lanes];
        for (var i = 0; i < starts.Length; i++)
        {
            weights.AsSpan(i * taps, taps).CopyTo(LaneWeights.AsSpan(i * lanes));
        }
    }

    /// <summary>First source index per output.</summary>
    public int[] Starts { get; }

    /// <summary>Weights [output x tap], row-major.</summary>
    public float[] Weights { get; }

    /// <summary>The same with zeros behind the taps of each output, up to a multiple of <see cref="Lanes"/>.</summary>
    public float[] LaneWeights { get; }

    /// <summary>Source values per output.</summary>
    public int Taps { get; }

    /// <summary>Number of outputs.</summary>
    public int Count => Starts.Length;

    /// <summary>Whether every output is just one source value.</summary>
    public bool IsPick => Taps == 1;

    /// <summary>The weights of one output, without zeros at their end.</summary>
    public ReadOnlySpan<float> WeightsOf(int output) => Weights.AsSpan(output * Taps, Taps).TrimEnd(0f);

    /// <summary>
    /// For a window of a plane of <paramref name="source"/> values: it begins at <paramref name="from"/> (0 = the outer edge of the first value), each of the <paramref name="count"/> outputs
    /// covers <paramref name="step"/> of it. Values beyond the plane repeat its edge.
    /// </summary>
    public static ResampleAxis Make(ModelResampler kind, int source, double from, double step, int count) => kind switch
    {
        ModelResampler.Nearest => Build(source, count, 1, i => (Math.Clamp((int)Math.Floor(from + ((i + 0.5) * step)), 0, source - 1), _ => 1)),
        ModelResampler.Bilinear => Linear(source, count, i => from + ((i + 0.5) * step) - 0.5),
        ModelResampler.BilinearCorners => Linear(source, count, i => from + (count > 1 ? i * ((step * count) - 1) / (count - 1) : ((step * count) - 1) / 2)),
        ModelResampler.BilinearSmooth => Filter(source, from, step, count, 1, Triangle),
        ModelResampler.Bicubic => Filter(source, from, step, count, 2, Keys),
        ModelResampler.Area => Area(source, from, step, count),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a resampler."),
    };

    private static ResampleAxis Linear(int source, int count, Func<int, double> center)
    {
        return Build(source, count, 2, i =>
        {
            var x = Math.Clamp(center(i), 0, source - 1);
            var first = Math.Clamp((int)Math.Floor(x), 0, Math.Max(0, source - 2));
            return (first, at => at == first ? first + 1 - x : at == first + 1 ? x - first : 0);
        });
    }

    // The support grows with the reduction, so that no source value is skipped; weights are taken at the centres of the source values.
    private static ResampleAxis Filter(int source, double from, double step, int count, double radius, Func<double, double> shape)
    {
        var scale = Math.Max(1, step);
        var support = radius * scale;
        var taps = Math.Min(source, (int)Math.Ceiling((2 * support) + 1));
        return Build(source, count, taps, i =>
        {
            var center = from + ((i + 0.5) * step);
            var (first, end) = ((int)(center - support + 0.5), (int)(center + support + 0.5));
            return (Math.Clamp(first, 0, source - taps), at => at >= first && at < end ? shape((at - center + 0.5) / scale) : 0);
        });
    }

    private static ResampleAxis Area(int source, double from, double step, int count)
    {
        var taps = Math.Min(source, (int)Math.Ceiling(step) + 1);
        return Build(source, count, taps, i =>
        {
            var (left, right) = (from + (i * step), from + ((i + 1) * step));
            return (Math.Clamp((int)Math.Floor(left + 1e-9), 0, source - taps), at => Math.Max(0, Math.Min(at + 1, right) - Math.Max(at, left)));
        });
    }

    private static ResampleAxis Build(int source, int count, int taps, Func<int, (int First, Func<int, double> Weight)> of)
    {
        taps = Math.Min(taps, source);
        var starts = new int[count];
        var weights = new float[count * taps];
        var row = new double[taps];
        for (var i = 0; i < count; i++)
        {
            var (first, weight) = of(i);
            starts[i] = first;
            double sum = 0;
            for (var t = 0; t < taps; t++)
            {
                row[t] = weight(first + t);
                sum += row[t];
            }

            for (var t = 0; t < taps; t++)
            {
                weights[(i * taps) + t] = sum > 0 ? (float)(row[t] / sum) : t == 0 ? 1 : 0;
            }
        }

        return new ResampleAxis(starts, weights, taps);
    }

    private static double Triangle(double x) => Math.Max(0, 1 - Math.Abs(x));

    private static double Keys(double x)
    {
        x = Math.Abs(x);
        return x < 1 ? ((((Cubic + 2) * x) - (Cubic + 3)) * x * x) + 1
            : x < 2 ? Cubic * ((((((x - 5) * x) + 8) * x)) - 4)
            : 0;
    }
}
