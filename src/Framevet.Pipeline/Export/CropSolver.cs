using System.Globalization;

namespace Framevet.Pipeline.Export;

/// <summary>Width to height as whole numbers, e.g. 16:9.</summary>
internal readonly record struct AspectRatio(int Width, int Height)
{
    /// <summary>Reads <c>16:9</c>; both sides 1..1000.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public static AspectRatio Parse(string text) =>
        TryParse(text, out var ratio) ? ratio : throw new VettingException(FailureCode.InvalidRequest, $"{Fault(text)}.");

    /// <summary>Whether the text is a ratio.</summary>
    public static bool TryParse(string text, out AspectRatio ratio)
    {
        var (width, height) = (0, 0);
        var isRatio = text.Split(':') is [var w, var h]
            && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out width) && width is >= 1 and <= 1000
            && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out height) && height is >= 1 and <= 1000;
        ratio = isRatio ? new AspectRatio(width, height) : default;
        return isRatio;
    }

    /// <summary>Why a text is no ratio, without the full stop.</summary>
    public static string Fault(string text) => $"'{text}' is no aspect ratio: write it as 16:9, with whole numbers up to 1000";

    /// <summary>Nearest whole width to a height.</summary>
    public long WidthOf(long height) => Math.Max(1, ((2 * height * Width) + Height) / (2L * Height));

    /// <summary>Nearest whole height to a width.</summary>
    public long HeightOf(long width) => Math.Max(1, ((2 * width * Height) + Width) / (2L * Width));

    /// <summary>For file names, e.g. <c>16x9</c>.</summary>
    public string Word => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}:{Height}");
}

/// <summary>
/// The smallest crop of a ratio that holds a box and lies inside the frame. The ratio is met to the nearest pixel of one side. Pure.
/// </summary>
internal static class CropSolver
{
    /// <summary>
    /// The crop around <paramref name="box"/> (inside the frame, at least 1 x 1), centred on it as far as the frame's edges allow. Padding, as a share of
    /// the box on each side, is given up step by step where the frame has no room for it. A box that no crop of this ratio can hold gets the largest crop there is.
    /// </summary>
    public static CropBox Around(int frameWidth, int frameHeight, CropBox box, double padding, AspectRatio ratio)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(box.Width, 1, nameof(box));
        ArgumentOutOfRangeException.ThrowIfLessThan(box.Height, 1, nameof(box));
        for (var share = padding; ; share = share < 0.01 ? 0 : share / 2)
        {
            var width = Math.Min(frameWidth, (int)Math.Ceiling(box.Width * (1 + (2 * share))));
            var height = Math.Min(frameHeight, (int)Math.Ceiling(box.Height * (1 + (2 * share))));
            if (Smallest(frameWidth, frameHeight, width, height, ratio) is { } size)
            {
                return Placed(frameWidth, frameHeight, box, size);
            }

            if (share <= 0)
            {
                return Placed(frameWidth, frameHeight, box, Largest(frameWidth, frameHeight, ratio));
            }
        }
    }

    /// <summary>The largest crop of the ratio, in the middle.</summary>
    public static CropBox Centred(int frameWidth, int frameHeight, AspectRatio ratio) =>
        Placed(frameWidth, frameHeight, new CropBox(0, 0, frameWidth, frameHeight), Largest(frameWidth, frameHeight, ratio));

    /// <summary>Least area with at least this width and height; null when the frame is too small for it.</summary>
    private static (int Width, int Height)? Smallest(int frameWidth, int frameHeight, int width, int height, AspectRatio ratio)
    {
        var byHeight = (Width: ratio.WidthOf(height), Height: (long)height);
        if (byHeight.Width < width)
        {
            byHeight = Grown(width, ratio, isWidth: true);
        }

        var byWidth = (Width: (long)width, Height: ratio.HeightOf(width));
        if (byWidth.Height < height)
        {
            byWidth = Grown(height, ratio, isWidth: false);
        }

        (long Width, long Height)[] fitting = [.. new[] { byHeight, byWidth }.Where(s => s.Width >= width && s.Height >= height && s.Width <= frameWidth && s.Height <= frameHeight)];
        return fitting.Length == 0 ? null : fitting.Select(s => ((int)s.Width, (int)s.Height)).MinBy(s => (long)s.Item1 * s.Item2);
    }

    /// <summary>The smallest size whose one side follows from the other and reaches a value.</summary>
    private static (long Width, long Height) Grown(int least, AspectRatio ratio, bool isWidth)
    {
        if (isWidth)
        {
            var height = Math.Max(1, (long)least * ratio.Height / ratio.Width);
            while (height > 1 && ratio.WidthOf(height - 1) >= least)
            {
                height--;
            }

            while (ratio.WidthOf(height) < least)
            {
                height++;
            }

            return (ratio.WidthOf(height), height);
        }

        var width = Math.Max(1, (long)least * ratio.Width / ratio.Height);
        while (width > 1 && ratio.HeightOf(width - 1) >= least)
        {
            width--;
        }

        while (ratio.HeightOf(width) < least)
        {
            width++;
        }

        return (width, ratio.HeightOf(width));
    }

    private static (int Width, int Height) Largest(int frameWidth, int frameHeight, AspectRatio ratio) =>
        ratio.WidthOf(frameHeight) <= frameWidth
            ? ((int)ratio.WidthOf(frameHeight), frameHeight)
            : (frameWidth, (int)Math.Min(frameHeight, ratio.HeightOf(frameWidth)));

    private static CropBox Placed(int frameWidth, int frameHeight, CropBox box, (int Width, int Height) size)
    {
        var x = (int)Math.Floor(box.X + ((box.Width - size.Width) / 2.0));
        var y = (int)Math.Floor(box.Y + ((box.Height - size.Height) / 2.0));
        return new CropBox(Math.Clamp(x, 0, frameWidth - size.Width), Math.Clamp(y, 0, frameHeight - size.Height), size.Width, size.Height);
    }
}
