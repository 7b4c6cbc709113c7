using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Scoring;

/// <summary>The multivariate Gaussian of the features of pristine pictures, from a JSON file with the members <c>mu</c> (36 numbers) and <c>cov</c> (36 rows of 36).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record NiqeModel
{
    /// <summary>The file within the models folder.</summary>
    public const string File = "params/niqe_pristine.json";

    /// <summary>Number of features.</summary>
    public const int Features = 36;

    /// <summary>Mean of the features.</summary>
    public ImmutableArray<double> Mu { get; init; } = [];

    /// <summary>Covariance of the features.</summary>
    public ImmutableArray<ImmutableArray<double>> Cov { get; init; } = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="VettingException">ModelMissing or ModelMismatch.</exception>
    public static NiqeModel Read(ModelsOptions models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return ModelJson.Read<NiqeModel>(models, File, m => !m.Mu.IsDefault && m.Mu.Length == Features && !m.Cov.IsDefault && m.Cov.Length == Features
            && m.Cov.All(row => !row.IsDefault && row.Length == Features));
    }

    /// <summary>
    /// Distance sqrt(d' ((cov + cov') / 2)⁻¹ d) to the Gaussian of a picture's patches, <paramref name="patches"/> [patch x feature]; NaN below two
    /// patches, for which there is no covariance.
    /// </summary>
    public double Distance(ReadOnlySpan<double> patches)
    {
        var count = patches.Length / Features;
        if (count < 2)
        {
            return double.NaN;
        }

        Span<double> mean = stackalloc double[Features];
        mean.Clear();
        for (var i = 0; i < count * Features; i++)
        {
            mean[i % Features] += patches[i] / count;
        }

        Span<double> matrix = stackalloc double[Features * Features];
        Span<double> difference = stackalloc double[Features];
        for (var a = 0; a < Features; a++)
        {
            difference[a] = Mu[a] - mean[a];
            for (var b = 0; b < Features; b++)
            {
                double sum = 0;
                for (var n = 0; n < count; n++)
                {
                    sum += (patches[(n * Features) + a] - mean[a]) * (patches[(n * Features) + b] - mean[b]);
                }

                matrix[(a * Features) + b] = (Cov[a][b] + (sum / (count - 1))) / 2;
            }
        }

        return Math.Sqrt(InverseForm(matrix, difference));
    }

    // d' M⁻¹ d of a positive definite M: with M = L L' it is |L⁻¹ d|². A covariance of pristine pictures added to another stays definite.
    private static double InverseForm(Span<double> matrix, Span<double> vector)
    {
        double form = 0;
        for (var column = 0; column < Features; column++)
        {
            for (var row = column; row < Features; row++)
            {
                var sum = matrix[(row * Features) + column];
                for (var k = 0; k < column; k++)
                {
                    sum -= matrix[(row * Features) + k] * matrix[(column * Features) + k];
                }

                matrix[(row * Features) + column] = row == column ? Math.Sqrt(sum) : sum / matrix[(column * Features) + column];
            }

            for (var k = 0; k < column; k++)
            {
                vector[column] -= matrix[(column * Features) + k] * vector[k];
            }

            vector[column] /= matrix[(column * Features) + column];
            form += vector[column] * vector[column];
        }

        return form;
    }
}
