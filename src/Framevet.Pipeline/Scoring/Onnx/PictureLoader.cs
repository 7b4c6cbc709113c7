using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Makes the input of a model out of pictures of one size: resamples, turns into red, green and blue in whole levels, then <c>(level * scale - mean[c]) / std[c]</c> in the model's order
/// of channels and dimensions. Immutable, thread-safe.
/// </summary>
internal sealed class PictureLoader
{
    private static readonly (float Factor, float Shift)[] AsIs = [(1, 0), (1, 0), (1, 0)];

    private readonly ModelInput _input;
    private readonly ResampleAxis _across;
    private readonly ResampleAxis _down;
    private readonly ResampleAxis _smallAcross;
    private readonly ResampleAxis _smallDown;
    private readonly ImmutableArray<(float Factor, float Shift)> _norm;

    /// <summary>For pictures of the fit's size, as frames are (colour at half size) or as RGB.</summary>
    public PictureLoader(ModelInput input, PictureFit fit, bool isRgb)
    {
        (_input, Fit) = (input, fit);
        _across = ResampleAxis.Make(input.Resampler, fit.SourceWidth, fit.FromX, fit.StepX, fit.InnerWidth);
        _down = ResampleAxis.Make(input.Resampler, fit.SourceHeight, fit.FromY, fit.StepY, fit.InnerHeight);
        _smallAcross = isRgb ? _across : ResampleAxis.Make(input.Resampler, (fit.SourceWidth + 1) / 2, fit.FromX / 2, fit.StepX / 2, fit.InnerWidth);
        _smallDown = isRgb ? _down : ResampleAxis.Make(input.Resampler, (fit.SourceHeight + 1) / 2, fit.FromY / 2, fit.StepY / 2, fit.InnerHeight);
        _norm = Norm(input);
    }

    /// <summary>Where the picture lies in the input.</summary>
    public PictureFit Fit { get; }

    /// <summary>Channels of the input.</summary>
    public int Channels => ChannelsOf(_input);

    /// <summary>Numbers per picture.</summary>
    public int Length => Channels * Fit.Width * Fit.Height;

    /// <summary>Shape of a tensor of so many pictures.</summary>
    public long[] Shape(int pictures) => ShapeOf(_input, pictures, Fit.Width, Fit.Height);

    /// <summary>Writes one picture as <see cref="Length"/> numbers. <paramref name="isPlain"/>: by the value-by-value form of resampling, for tests.</summary>
    public void Write(in PixelPlanes picture, Span<float> tensor, bool isPlain = false)
    {
        var size = Fit.InnerWidth * Fit.InnerHeight;
        var rented = ArrayPool<float>.Shared.Rent(3 * size);
        var first = rented.AsSpan(0, size);
        var second = rented.AsSpan(size, size);
        var third = rented.AsSpan(2 * size, size);
        Resample(picture.First, picture.Width, _across, _down, first, isPlain);
        Resample(picture.Second, picture.SmallWidth, _smallAcross, _smallDown, second, isPlain);
        Resample(picture.Third, picture.SmallWidth, _smallAcross, _smallDown, third, isPlain);
        if (!picture.IsRgb && !Fit.IsPadded && _input is { Layout: ModelLayout.Nchw, Channels: ModelChannels.Rgb })
        {
            // The usual case in one go.
            ColorMix.ToRgb(first, second, third, tensor[..size], tensor.Slice(size, size), tensor.Slice(2 * size, size), _norm.AsSpan());
        }
        else
        {
            if (picture.IsRgb)
            {
                ColorMix.ToLevels(rented.AsSpan(0, 3 * size));
            }
            else
            {
                ColorMix.ToRgb(first, second, third, first, second, third, AsIs);
            }

            Place(first, second, third, tensor[..Length]);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Factor and shift per channel of the input.</summary>
    internal static ImmutableArray<(float Factor, float Shift)> Norm(ModelInput input) =>
        [.. Enumerable.Range(0, ChannelsOf(input)).Select(c => ((float)(input.Scale / input.Std[c]), (float)(-input.Mean[c] / input.Std[c])))];

    internal static int ChannelsOf(ModelInput input) => input.Channels == ModelChannels.Gray ? 1 : 3;

    internal static long[] ShapeOf(ModelInput input, int pictures, int width, int height) =>
        input.Layout == ModelLayout.Nchw ? [pictures, ChannelsOf(input), height, width] : [pictures, height, width, ChannelsOf(input)];

    private static void Resample(ReadOnlySpan<byte> plane, int stride, ResampleAxis across, ResampleAxis down, Span<float> target, bool isPlain)
    {
        if (isPlain)
        {
            PlaneResampler.ResamplePlain(plane, stride, across, down, target);
        }
        else
        {
            PlaneResampler.Resample(plane, stride, across, down, target);
        }
    }

    private void Place(Span<float> red, Span<float> green, Span<float> blue, Span<float> tensor)
    {
        if (_input.Channels == ModelChannels.Gray)
        {
            for (var i = 0; i < red.Length; i++)
            {
                red[i] = (red[i] + green[i] + blue[i]) / 3;
            }
        }

        for (var c = 0; c < Channels; c++)
        {
            var from = _input.Channels == ModelChannels.Bgr ? (c == 0 ? blue : c == 1 ? green : red) : (c == 0 ? red : c == 1 ? green : blue);
            var (factor, shift) = _norm[c];
            var (start, pixel) = _input.Layout == ModelLayout.Nchw ? (c * Fit.Width * Fit.Height, 1) : (c, Channels);
            Fill(from, factor, shift, tensor, start, pixel);
        }
    }

    private void Fill(ReadOnlySpan<float> from, float factor, float shift, Span<float> tensor, int start, int pixel)
    {
        if (!Fit.IsPadded && pixel == 1)
        {
            Scale(from, factor, shift, tensor.Slice(start, from.Length));
            return;
        }

        var pad = (_input.Pad * factor) + shift;
        for (var i = start; i < Math.Min(tensor.Length, start + (Fit.Width * Fit.Height * pixel)); i += pixel)
        {
            tensor[i] = pad;
        }

        for (var y = 0; y < Fit.InnerHeight; y++)
        {
            var at = start + ((((Fit.Top + y) * Fit.Width) + Fit.Left) * pixel);
            for (var x = 0; x < Fit.InnerWidth; x++, at += pixel)
            {
                tensor[at] = (from[(y * Fit.InnerWidth) + x] * factor) + shift;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(ReadOnlySpan<float> from, float factor, float shift, Span<float> target)
    {
        ref var a = ref MemoryMarshal.GetReference(from);
        ref var b = ref MemoryMarshal.GetReference(target);
        var add = Vector512.Create(shift);
        var i = 0;
        for (; i <= from.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            ((Vector512.LoadUnsafe(ref a, (nuint)i) * factor) + add).StoreUnsafe(ref b, (nuint)i);
        }

        for (; i < from.Length; i++)
        {
            target[i] = (from[i] * factor) + shift;
        }
    }
}
