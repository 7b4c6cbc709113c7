using System.Collections.Immutable;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Support vector regression with a radial kernel, as libsvm trains it: score = sum of c exp(-gamma |x - s|²) - rho, with the features x mapped to
/// -1..1. The parameters come from the constants of an ONNX graph that computes just this from <c>features</c> [N, 36]:
/// Sub (minimum), Mul (2 / range), Sub (1), Unsqueeze, Sub (support vectors), ReduceSumSquare, Mul (-gamma), Exp, MatMul (coefficients), Sub (rho).
/// The sum is taken in double precision: 770 large terms cancel to two digits, which costs single precision 0.013 of a point.
/// </summary>
public sealed record BrisqueModel
{
    /// <summary>The file within the models folder.</summary>
    public const string File = "brisque_svr.onnx";

    /// <summary>Number of features.</summary>
    public const int Features = 36;

    // The file has 115 kilobytes.
    private const long MaxBytes = 16L * 1024 * 1024;

    private static readonly ImmutableArray<string> Operators = ["Sub", "Mul", "Sub", "Unsqueeze", "Sub", "ReduceSumSquare", "Mul", "Exp", "MatMul", "Sub"];

    /// <summary>Width of the kernel.</summary>
    public double Gamma { get; init; }

    /// <summary>What is taken off the sum.</summary>
    public double Rho { get; init; }

    /// <summary>Feature values that become -1.</summary>
    public ImmutableArray<double> Minimum { get; init; } = [];

    /// <summary>Two divided by the range: what the distance to the minimum is multiplied by.</summary>
    public ImmutableArray<double> Scale { get; init; } = [];

    /// <summary>Support vectors, already mapped, one after the other.</summary>
    public ImmutableArray<double> SupportVectors { get; init; } = [];

    /// <summary>Weights of the support vectors.</summary>
    public ImmutableArray<double> Coefficients { get; init; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="VettingException">ModelMissing or ModelMismatch, naming the file.</exception>
    public static BrisqueModel Read(ModelsOptions models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var path = models.Find(File);
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? Of(OnnxGraph.Parse(System.IO.File.ReadAllBytes(path)))
                : throw new InvalidDataException("It is too large.");
        }
        catch (InvalidDataException trouble)
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The model file {File} does not hold what it should.", trouble.Message, trouble);
        }
        catch (IOException trouble)
        {
            throw new VettingException(FailureCode.ModelMissing, $"The model file {File} cannot be read.", trouble.Message, trouble);
        }
    }

    /// <summary>The score of 36 unscaled features: lower is better.</summary>
    public double Score(ReadOnlySpan<double> features)
    {
        Span<double> scaled = stackalloc double[Features];
        for (var i = 0; i < Features; i++)
        {
            scaled[i] = ((features[i] - Minimum[i]) * Scale[i]) - 1;
        }

        var sum = -Rho;
        for (var n = 0; n < Coefficients.Length; n++)
        {
            double distance = 0;
            var vector = SupportVectors.AsSpan().Slice(n * Features, Features);
            for (var i = 0; i < Features; i++)
            {
                distance += (scaled[i] - vector[i]) * (scaled[i] - vector[i]);
            }

            sum += Coefficients[n] * Math.Exp(-Gamma * distance);
        }

        return sum;
    }

    private static BrisqueModel Of(OnnxGraph graph)
    {
        if (!graph.Nodes.Select(n => n.Operator).SequenceEqual(Operators))
        {
            throw new InvalidDataException($"The graph is {string.Join(' ', graph.Nodes.Select(n => n.Operator))}, not {string.Join(' ', Operators)}.");
        }

        var coefficients = Constant(graph, 8, null);
        var gamma = -Constant(graph, 6, 1)[0];
        return gamma > 0 && Constant(graph, 2, 1)[0] is 1
            ? new BrisqueModel
            {
                Minimum = Constant(graph, 0, Features), Scale = Constant(graph, 1, Features), SupportVectors = Constant(graph, 4, Features * coefficients.Length),
                Gamma = gamma, Coefficients = coefficients, Rho = Constant(graph, 9, 1)[0],
            }
            : throw new InvalidDataException("The kernel has no width, or features are not mapped to -1..1.");
    }

    // The second input of an operator, which must be a constant of finite numbers.
    private static ImmutableArray<double> Constant(OnnxGraph graph, int node, int? length) =>
        graph.Nodes[node].Inputs is [_, var name] && graph.Constants.TryGetValue(name, out var tensor) && tensor.Values.Length > 0
            && (length ?? tensor.Values.Length) == tensor.Values.Length && tensor.Values.All(float.IsFinite)
            ? [.. tensor.Values.Select(v => (double)v)]
            : throw new InvalidDataException($"Operator {node + 1} ({graph.Nodes[node].Operator}) has no constant of {length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "some"} finite numbers.");
}
