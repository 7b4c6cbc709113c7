using System.Globalization;

namespace Framevet.Pipeline.Probe;

/// <summary>How a stored picture becomes upright and square: mirrored left to right first if so told, then turned clockwise.</summary>
internal readonly record struct Upright(int Rotation, bool IsMirrored)
{
    /// <summary>EXIF orientation 1..8 (EXIF 2.32, tag 274).</summary>
    public static Upright FromExif(int orientation) => orientation switch
    {
        2 => new(0, true),
        3 => new(180, false),
        4 => new(180, true),
        5 => new(270, true),
        6 => new(90, false),
        7 => new(90, true),
        8 => new(270, false),
        _ => new(0, false),
    };

    /// <summary>
    /// The display matrix as ffprobe prints it: three lines of an address and three fixed-point numbers, rows (a b u), (c d v), (x y w);
    /// a point maps to (ax + cy, bx + dy). Clockwise by t: a = cos t, b = sin t, c = -sin t, d = cos t; a mirror before it negates a and b.
    /// Null when it is not readable. Angles between the quarter turns go to the nearest.
    /// </summary>
    public static Upright? FromDisplayMatrix(string? text)
    {
        var numbers = (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(word => double.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
            .ToArray();
        if (numbers.Length < 9 || numbers.Take(5).Any(double.IsNaN) || (numbers[3] == 0 && numbers[4] == 0))
        {
            return null;
        }

        var (a, b, c, d) = (numbers[0], numbers[1], numbers[3], numbers[4]);
        var quarter = (int)Math.Round(Math.Atan2(-c, d) / (Math.PI / 2));
        return new(((quarter % 4) + 4) % 4 * 90, (a * d) - (b * c) < 0);
    }

    /// <summary>Upright size with square pixels: the side whose pixels are too long grows, so no stored row or column is given up.</summary>
    public (int Width, int Height) Size(int codedWidth, int codedHeight, (int Num, int Den) aspect)
    {
        var (w, h) = Square(codedWidth, codedHeight, aspect);
        return Rotation is 90 or 270 ? (h, w) : (w, h);
    }

    /// <summary>The same before the turn.</summary>
    public static (int Width, int Height) Square(int codedWidth, int codedHeight, (int Num, int Den) aspect) =>
        aspect.Num >= aspect.Den
            ? ((int)Math.Round((double)codedWidth * aspect.Num / aspect.Den), codedHeight)
            : (codedWidth, (int)Math.Round((double)codedHeight * aspect.Den / aspect.Num));
}
