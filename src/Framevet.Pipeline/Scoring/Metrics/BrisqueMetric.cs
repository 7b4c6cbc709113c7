using System.Buffers;
using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// BRISQUE: how far the picture's scene statistics point to distortions that people rated, 0 about perfect, 100 bad; some pictures lie beyond
/// both ends. The 36 features are those of the authors' release, with which the regression of <see cref="BrisqueModel"/> was trained. Common ports halve the
/// picture without antialiasing and score sharp photos up to ten points higher. Trained on pictures of photo size, so small views score worse. Flat pictures and those below 16x16 have none.
/// </summary>
[Part("brisque", "BRISQUE", "How unnatural the picture looks by its statistics, judged by a trained regression; lower is better.")]
public sealed class BrisqueMetric(IOptions<ModelsOptions>? models = null, ModelStore? store = null) : IFrameMetric, IModelReader, INeedsModels
{
    private const string Model = "brisque";
    private const int MinSide = 16;
    private const double Lowest = -100;
    private const double Highest = 200;

    private BrisqueModel? _model;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("brisque", "BRISQUE", Lowest, Highest, HigherIsBetter: false, "", "A. Mittal, A. K. Moorthy and A. C. Bovik, IEEE Trans. Image Processing 21, 2012; on Y")];

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [Model];

    /// <inheritdoc/>
    public void ReadModel()
    {
        // Compares the hash; without a store (tools, tests) the file speaks for itself.
        _ = store?.Open(Model);
        _model = BrisqueModel.Read(models?.Value ?? new ModelsOptions());
    }

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        Span<double> features = stackalloc double[BrisqueModel.Features];
        for (var i = 0; i < frames.Count; i++)
        {
            scores[i] = _model is { } model && Describe(frames[i].Luma, frames.Layout.Width, frames.Layout.Height, features)
                ? (float)Math.Clamp(model.Score(features), Lowest, Highest)
                : float.NaN;
        }
    }

    /// <summary>Writes the 36 features; false when the picture has none.</summary>
    internal static bool Describe(ReadOnlySpan<byte> luma, int width, int height, Span<double> features)
    {
        if (Math.Min(width, height) < MinSide)
        {
            return false;
        }

        var size = width * height;
        var rented = ArrayPool<double>.Shared.Rent(3 * size);
        var plane = rented.AsSpan(0, size);
        var normal = rented.AsSpan(size, size);
        var half = rented.AsSpan(2 * size, size);
        for (var i = 0; i < size; i++)
        {
            plane[i] = luma[i];
        }

        OfScale(plane, width, height, normal, features);
        NaturalScene.Halve(plane, width, height, half);
        OfScale(half, (width + 1) / 2, (height + 1) / 2, normal, features[NaturalScene.PerScale..]);
        ArrayPool<double>.Shared.Return(rented);
        return !features.ContainsAnyExceptInRange(double.MinValue, double.MaxValue);
    }

    private static void OfScale(ReadOnlySpan<double> plane, int width, int height, Span<double> normal, Span<double> features)
    {
        // The published code filters with zeros beyond the edge.
        NaturalScene.Normalise(plane, width, height, Beyond.Zero, normal[..(width * height)]);
        var area = new NaturalScene.Rectangle(0, 0, width, height);
        var values = NaturalScene.Values(normal, width, area);
        features[0] = values.SymmetricShape;
        features[1] = values.Variance;
        for (var neighbour = 0; neighbour < 4; neighbour++)
        {
            var moments = NaturalScene.Products(normal, width, area, neighbour);
            var shape = moments.AsymmetricShape;
            var (left, right) = (moments.LeftDeviation, moments.RightDeviation);
            var at = features.Slice(2 + (4 * neighbour), 4);
            at[0] = shape;
            at[1] = (right - left) * GammaShapes.MeanFactor(shape) * GammaShapes.Scale(shape);
            at[2] = left * left;
            at[3] = right * right;
        }
    }
}
