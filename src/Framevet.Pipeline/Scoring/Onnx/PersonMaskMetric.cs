using System.Buffers;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Marks the pixels that belong to people: their share of the frame, and the mask that <see cref="Metrics.SubjectMetric"/> measures within. The model marks "the subject" of pictures without people,
/// too, if loosely: ask for a face as well where that matters.
/// </summary>
[Part("person-mask", "People", "Marks people: their share of the picture, and the subject for the subject scores.")]
public sealed class PersonMaskMetric(PersonMaskMetricOptions options, OnnxModels? models = null) : SingleModelMetric(options.Model, models)
{
    /// <inheritdoc/>
    public override ImmutableArray<MetricSpec> Outputs { get; } =
        [new("person-area", "People", 0, 100, HigherIsBetter: true, "%", "share of pixels whose probability to belong to a person is above 0.5, from a segmentation network")];

    private protected override void Measure(LoadedModel model, FrameBatch frames, Span<float> scores)
    {
        if (model.Entry is not { Head: MaskHead head, Input: { Fit: ModelFit.Stretch } input })
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The model '{model.Entry.Id}' gives no mask of a stretched frame.");
        }

        var (shares, masks) = (new float[frames.Count], new FrameMask?[frames.Count]);
        var (width, height) = (input.Width!.Value, input.Height!.Value);
        model.Run(frames, 0, (run, first, count) =>
        {
            var values = run.Values(model.Output(head.Output));
            if (values.Length != count * width * height)
            {
                throw new VettingException(FailureCode.ModelMismatch, $"The mask of the model '{model.Entry.Id}' is not {width} x {height}.");
            }

            for (var i = 0; i < count; i++)
            {
                (shares[first + i], masks[first + i]) = Mark(frames, first + i, values.Slice(i * width * height, width * height), width, height, head.Activation);
            }
        });
        for (var i = 0; i < shares.Length; i++)
        {
            var (share, mask) = (MarkPoint.Round(shares[i]), masks[i]);
            frames.Note(i, before => (before ?? new()) with { PersonShare = share, PersonMask = mask });
            scores[i] = 100 * shares[i];
        }
    }

    /// <summary>Writes the mask at the size of the frame; returns the share of pixels above one half, and what of the mask is kept.</summary>
    private static (float Share, FrameMask? Mask) Mark(FrameBatch frames, int i, ReadOnlySpan<float> probabilities, int width, int height, ModelActivation activation)
    {
        var levels = ArrayPool<byte>.Shared.Rent(width * height);
        var above = 0;
        for (var p = 0; p < probabilities.Length; p++)
        {
            var value = activation == ModelActivation.Sigmoid ? 1 / (1 + MathF.Exp(-probabilities[p])) : probabilities[p];
            above += value > 0.5f ? 1 : 0;
            levels[p] = (byte)ColorMix.Level(float.IsNaN(value) ? 0 : 255 * value);
        }

        var layout = frames.Layout;
        var across = ResampleAxis.Make(ModelResampler.Bilinear, width, 0, (double)width / layout.Width, layout.Width);
        var down = ResampleAxis.Make(ModelResampler.Bilinear, height, 0, (double)height / layout.Height, layout.Height);
        var smooth = ArrayPool<float>.Shared.Rent(layout.LumaBytes);
        PlaneResampler.Resample(levels.AsSpan(0, width * height), width, across, down, smooth.AsSpan(0, layout.LumaBytes));
        var mask = frames.AddMask(i).Span;
        for (var p = 0; p < layout.LumaBytes; p++)
        {
            mask[p] = (byte)(smooth[p] + 0.5f);
        }

        ArrayPool<float>.Shared.Return(smooth);
        ArrayPool<byte>.Shared.Return(levels);
        return ((float)above / probabilities.Length, FrameMask.From(mask[..layout.LumaBytes], layout.Width, layout.Height));
    }
}

/// <summary>Options of <see cref="PersonMaskMetric"/>.</summary>
public sealed record PersonMaskMetricOptions
{
    /// <summary>Id of a model.</summary>
    [Display(Name = "Model", Description = "The segmentation network; the one for landscape is quicker.")]
    [ModelName(ModelTask.PersonMask)]
    public string Model { get; init; } = "person-mask";
}
