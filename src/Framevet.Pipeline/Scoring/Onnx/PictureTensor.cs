using System.Buffers;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>All frames of a batch as the input of models; made once for all models that take the same. Goes with its batch.</summary>
internal sealed class PictureTensor : IDisposable
{
    private readonly PictureLoader _loader;
    private float[]? _numbers;

    private PictureTensor(PictureLoader loader, float[] numbers) => (_loader, _numbers) = (loader, numbers);

    /// <summary>Where frames lie in the input.</summary>
    public PictureFit Fit => _loader.Fit;

    /// <summary>Numbers per frame.</summary>
    public int Length => _loader.Length;

    /// <summary>The tensor of a batch: shared, valid while the batch is.</summary>
    public static PictureTensor Of(FrameBatch batch, ModelInput input, int freeSide) => batch.Shared(Key(input, freeSide), b => Make(b, input, freeSide));

    /// <summary>Shape for so many frames.</summary>
    public long[] Shape(int frames) => _loader.Shape(frames);

    /// <summary>Some of the frames.</summary>
    public ReadOnlyMemory<float> Slice(int first, int count)
    {
        ObjectDisposedException.ThrowIf(_numbers is null, this);
        return _numbers.AsMemory(first * Length, count * Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _numbers, null) is { } numbers)
        {
            ArrayPool<float>.Shared.Return(numbers);
        }
    }

    // Everything that decides the numbers.
    internal static string Key(ModelInput i, int freeSide) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{i.Width}x{i.Height} {i.Multiple} {(i.Width is null || i.Height is null ? freeSide : 0)} {i.Layout} {i.Channels} {i.Scale:R} {string.Join(' ', i.Mean.Select(m => m.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))} / {string.Join(' ', i.Std.Select(s => s.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))} {i.Fit} {i.ShortEdge} {i.Pad} {i.Resampler}");

    private static PictureTensor Make(FrameBatch batch, ModelInput input, int freeSide)
    {
        var loader = new PictureLoader(input, PictureFit.Of(input, batch.Layout.Width, batch.Layout.Height, freeSide), isRgb: false);
        var numbers = ArrayPool<float>.Shared.Rent(batch.Count * loader.Length);
        for (var i = 0; i < batch.Count; i++)
        {
            var frame = batch[i];
            loader.Write(PixelPlanes.Of(in frame), numbers.AsSpan(i * loader.Length, loader.Length));
        }

        return new PictureTensor(loader, numbers);
    }
}
