using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// How a picture of one size lies in the input of a model. <paramref name="Width"/> x <paramref name="Height"/>: the input; the picture's window, which begins at
/// <paramref name="FromX"/>, <paramref name="FromY"/> with <paramref name="StepX"/>, <paramref name="StepY"/> picture pixels per input pixel, fills
/// <paramref name="InnerWidth"/> x <paramref name="InnerHeight"/> input pixels at <paramref name="Left"/>, <paramref name="Top"/>.
/// </summary>
internal sealed record PictureFit(int SourceWidth, int SourceHeight, int Width, int Height, int Left, int Top, int InnerWidth, int InnerHeight, double FromX, double FromY, double StepX, double StepY)
{
    /// <summary>Whether part of the input is padding.</summary>
    public bool IsPadded => InnerWidth != Width || InnerHeight != Height;

    /// <summary>The fit that a model's entry asks for. <paramref name="freeSide"/>: length of the long side in pixels where the model takes any size.</summary>
    public static PictureFit Of(ModelInput input, int width, int height, int freeSide)
    {
        var (targetWidth, targetHeight) = Size(input, width, height, freeSide);
        return input.Fit switch
        {
            ModelFit.Stretch => new(width, height, targetWidth, targetHeight, 0, 0, targetWidth, targetHeight, 0, 0, (double)width / targetWidth, (double)height / targetHeight),
            ModelFit.CentreCrop => Cropped(input, width, height, targetWidth, targetHeight),
            ModelFit.Letterbox => Padded(width, height, targetWidth, targetHeight, isCentred: true),
            ModelFit.TopLeft => Padded(width, height, targetWidth, targetHeight, isCentred: false),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input.Fit, "Not a fit."),
        };
    }

    /// <summary>A place of the input (in its pixels, 0 = the outer left or upper edge) as a share of the picture.</summary>
    public (float X, float Y) ToPicture(double x, double y) =>
        ((float)((FromX + ((x - Left) * StepX)) / SourceWidth), (float)((FromY + ((y - Top) * StepY)) / SourceHeight));

    /// <summary>A box of the input (edges in its pixels) as shares of the picture.</summary>
    public MarkBox ToPicture(double left, double top, double right, double bottom)
    {
        var (x, y) = ToPicture(left, top);
        var (endX, endY) = ToPicture(right, bottom);
        return new MarkBox(x, y, endX - x, endY - y);
    }

    private static (int Width, int Height) Size(ModelInput input, int width, int height, int freeSide)
    {
        if (input is { Width: { } fixedWidth, Height: { } fixedHeight })
        {
            return (fixedWidth, fixedHeight);
        }

        // The smallest allowed size that holds the picture with its long side at the given length.
        var scale = (double)freeSide / Math.Max(width, height);
        var multiple = Math.Max(1, input.Multiple);
        return (input.Width ?? Up(width * scale), input.Height ?? Up(height * scale));

        int Up(double side) => Math.Max(multiple, (int)Math.Ceiling((side - 1e-6) / multiple) * multiple);
    }

    // The whole picture to whole pixels first, then whole pixels off both sides, as published preprocessing does.
    private static PictureFit Cropped(ModelInput input, int width, int height, int targetWidth, int targetHeight)
    {
        var edge = input.ShortEdge ?? Math.Max(targetWidth, targetHeight);
        var (scaledWidth, scaledHeight) = width <= height ? (edge, Math.Max(edge, (int)((double)edge * height / width))) : (Math.Max(edge, (int)((double)edge * width / height)), edge);
        var (stepX, stepY) = ((double)width / scaledWidth, (double)height / scaledHeight);
        var (left, top) = ((int)Math.Round((scaledWidth - targetWidth) / 2.0), (int)Math.Round((scaledHeight - targetHeight) / 2.0));
        return new(width, height, targetWidth, targetHeight, 0, 0, targetWidth, targetHeight, left * stepX, top * stepY, stepX, stepY);
    }

    private static PictureFit Padded(int width, int height, int targetWidth, int targetHeight, bool isCentred)
    {
        var scale = Math.Min((double)targetWidth / width, (double)targetHeight / height);
        var (innerWidth, innerHeight) = (Math.Clamp((int)Math.Round(width * scale), 1, targetWidth), Math.Clamp((int)Math.Round(height * scale), 1, targetHeight));
        var (left, top) = isCentred ? ((targetWidth - innerWidth) / 2, (targetHeight - innerHeight) / 2) : (0, 0);
        return new(width, height, targetWidth, targetHeight, left, top, innerWidth, innerHeight, 0, 0, (double)width / innerWidth, (double)height / innerHeight);
    }
}
