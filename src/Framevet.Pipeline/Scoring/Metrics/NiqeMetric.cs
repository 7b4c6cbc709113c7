using System.Buffers;
using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// NIQE: distance of the picture's scene statistics from those of pristine pictures: 3 good, 5 fair, 8 and more bad. All full 96x96 patches of
/// the picture count; the choice of sharp patches (0.75 of the sharpest) belongs to the making of the pristine model only, since loss of
/// sharpness is itself a distortion (section III of the paper). Parameters come from <see cref="NiqeModel"/>. Views below two patches have none.
/// </summary>
[Part("niqe", "NIQE", "How far the picture's statistics are from those of pristine pictures; lower is better.")]
public sealed class NiqeMetric(IOptions<ModelsOptions>? models = null, ModelStore? store = null) : IFrameMetric, IModelReader, INeedsModels
{
    private const string Model = "niqe-pristine";
    private const int Patch = 96;
    private const double Highest = 1000;

    private NiqeModel? _model;

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("niqe", "NIQE", 0, Highest, HigherIsBetter: false, "", "A. Mittal, R. Soundararajan and A. C. Bovik, IEEE Signal Processing Letters 20, 2013; on Y, without the patch choice")];

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [Model];

    /// <inheritdoc/>
    public void ReadModel()
    {
        // Compares the hash; without a store (tools, tests) the file speaks for itself.
        _ = store?.Open(Model);
        _model = NiqeModel.Read(models?.Value ?? new ModelsOptions());
    }

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            scores[i] = _model is { } model ? (float)Math.Min(Highest, Score(model, frames[i].Luma, frames.Layout.Width, frames.Layout.Height)) : float.NaN;
        }
    }

    internal static double Score(NiqeModel model, ReadOnlySpan<byte> luma, int width, int height)
    {
        var (columns, rows) = (width / Patch, height / Patch);
        var rented = ArrayPool<double>.Shared.Rent(Math.Max(1, columns * rows * NiqeModel.Features));
        var count = Describe(luma, width, height, rented);
        var distance = model.Distance(rented.AsSpan(0, count * NiqeModel.Features));
        ArrayPool<double>.Shared.Return(rented);
        return distance;
    }

    /// <summary>Writes 36 features per patch and returns the number of patches; flat ones, whose statistics do not exist, are left out.</summary>
    internal static int Describe(ReadOnlySpan<byte> luma, int width, int height, Span<double> patches)
    {
        var (columns, rows) = (width / Patch, height / Patch);
        var (right, bottom) = (columns * Patch, rows * Patch);
        var size = right * bottom;
        if (size == 0)
        {
            return 0;
        }

        var rented = ArrayPool<double>.Shared.Rent(3 * size);
        var plane = rented.AsSpan(0, size);
        var normal = rented.AsSpan(size, size);
        var half = rented.AsSpan(2 * size, size);
        for (var i = 0; i < size; i++)
        {
            plane[i] = luma[(i / right * width) + (i % right)];
        }

        OfScale(plane, right, bottom, Patch, normal, patches);
        NaturalScene.Halve(plane, right, bottom, half);
        OfScale(half, right / 2, bottom / 2, Patch / 2, normal, patches[NaturalScene.PerScale..]);
        ArrayPool<double>.Shared.Return(rented);
        return Gather(patches, columns * rows);
    }

    private static void OfScale(ReadOnlySpan<double> plane, int width, int height, int side, Span<double> normal, Span<double> patches)
    {
        NaturalScene.Normalise(plane, width, height, Beyond.Edge, normal[..(width * height)]);
        var columns = width / side;
        for (var n = 0; n < columns * (height / side); n++)
        {
            var area = new NaturalScene.Rectangle(n % columns * side, n / columns * side, side, side);
            OfPatch(normal, width, area, patches.Slice(n * NiqeModel.Features, NaturalScene.PerScale));
        }
    }

    private static void OfPatch(ReadOnlySpan<double> normal, int stride, NaturalScene.Rectangle area, Span<double> features)
    {
        var values = NaturalScene.Values(normal, stride, area);
        features[0] = values.AsymmetricShape;
        features[1] = (values.LeftDeviation + values.RightDeviation) / 2 * GammaShapes.Scale(features[0]);
        for (var neighbour = 0; neighbour < 4; neighbour++)
        {
            var moments = NaturalScene.Products(normal, stride, area, neighbour);
            var shape = moments.AsymmetricShape;
            var scale = GammaShapes.Scale(shape);
            var at = features.Slice(2 + (4 * neighbour), 4);
            at[0] = shape;
            at[1] = (moments.RightDeviation - moments.LeftDeviation) * scale * GammaShapes.MeanFactor(shape);
            at[2] = moments.LeftDeviation * scale;
            at[3] = moments.RightDeviation * scale;
        }
    }

    private static int Gather(Span<double> patches, int count)
    {
        var kept = 0;
        for (var n = 0; n < count; n++)
        {
            var patch = patches.Slice(n * NiqeModel.Features, NiqeModel.Features);
            if (!patch.ContainsAnyExceptInRange(double.MinValue, double.MaxValue))
            {
                patch.CopyTo(patches.Slice(kept++ * NiqeModel.Features, NiqeModel.Features));
            }
        }

        return kept;
    }
}
