using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Support vector regression with a radial kernel, as libsvm trains it, in a JSON file with these members: <c>gamma</c>, <c>rho</c>,
/// <c>minimum</c> and <c>maximum</c> (36 numbers each, mapped to -1..1), <c>supportVectors</c> (rows of 36 scaled numbers) and <c>coefficients</c>
/// (one per row). Score = sum of c exp(-gamma |x - s|²) - rho.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BrisqueModel
{
    /// <summary>The file within the models folder.</summary>
    public const string File = "params/brisque_svm.json";

    /// <summary>Number of features.</summary>
    public const int Features = 36;

    /// <summary>Width of the kernel.</summary>
    public double Gamma { get; init; }

    /// <summary>What is taken off the sum.</summary>
    public double Rho { get; init; }

    /// <summary>Feature values that become -1.</summary>
    public ImmutableArray<double> Minimum { get; init; } = [];

    /// <summary>Feature values that become 1.</summary>
    public ImmutableArray<double> Maximum { get; init; } = [];

    /// <summary>Support vectors, already scaled.</summary>
    public ImmutableArray<ImmutableArray<double>> SupportVectors { get; init; } = [];

    /// <summary>Weights of the support vectors.</summary>
    public ImmutableArray<double> Coefficients { get; init; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="VettingException">ModelMissing or ModelMismatch.</exception>
    public static BrisqueModel Read(ModelsOptions models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return ModelJson.Read<BrisqueModel>(models, File, m =>
            m.Gamma > 0 && IsVector(m.Minimum) && IsVector(m.Maximum) && !m.SupportVectors.IsDefaultOrEmpty
            && m.SupportVectors.All(IsVector) && !m.Coefficients.IsDefault && m.Coefficients.Length == m.SupportVectors.Length);
    }

    /// <summary>The score of 36 unscaled features: lower is better.</summary>
    public double Score(ReadOnlySpan<double> features)
    {
        Span<double> scaled = stackalloc double[Features];
        for (var i = 0; i < Features; i++)
        {
            scaled[i] = (2 * (features[i] - Minimum[i]) / (Maximum[i] - Minimum[i])) - 1;
        }

        var sum = -Rho;
        for (var n = 0; n < Coefficients.Length; n++)
        {
            double distance = 0;
            var vector = SupportVectors[n].AsSpan();
            for (var i = 0; i < Features; i++)
            {
                distance += (scaled[i] - vector[i]) * (scaled[i] - vector[i]);
            }

            sum += Coefficients[n] * Math.Exp(-Gamma * distance);
        }

        return sum;
    }

    private static bool IsVector(ImmutableArray<double> values) => !values.IsDefault && values.Length == Features;
}
