using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>
/// Skin-coloured regions of a picture and what the rules of R. Ap-apid, "An Algorithm for Nudity Detection" (5th Philippine Computing Science
/// Congress, 2005, section 4) say about them. Deviations, for recall on every tone of skin: the colour test is the chroma box of D. Chai and K. N. Ngan
/// (IEEE Trans. CSVT 9, 1999) with bounds on saturation and hue instead of the paper's RGB distribution, since chroma hardly depends on how light the
/// skin is; and the last rule (many regions and dark) is left out, as it clears dark skin. Limits: very dark or colour-cast skin, black-and-white
/// pictures and drawings are missed; wood, sand, brick and sunsets are taken for skin.
/// </summary>
internal sealed record SkinRegions
{
    /// <summary>Skin-coloured pixels over all pixels, 0..1.</summary>
    public required double Share { get; init; }

    /// <summary>Pixels of the three largest regions over all skin-coloured pixels, largest first, each 0..1; 0 where there is none.</summary>
    public required (double First, double Second, double Third) Largest { get; init; }

    /// <summary>Skin-coloured pixels over all pixels within the polygon around the three largest regions, 0..1.</summary>
    public required double PolygonShare { get; init; }

    /// <summary>Whether the rules call the picture suspicious.</summary>
    public bool IsSuspicious =>
        Share >= 0.15
        && !(Largest is { First: < 0.35, Second: < 0.30, Third: < 0.30 })
        && Largest.First >= 0.45
        && !(Share < 0.30 && PolygonShare < 0.55);

    /// <summary>
    /// Ours, since the paper only says yes or no: from 0.5 (just suspicious, 15 % of the picture) to 1 (60 % and more) when the rules say yes; below 0.5 rising
    /// with the share when they say no.
    /// </summary>
    public double Confidence => IsSuspicious
        ? 0.5 + (0.5 * Math.Clamp((Share - 0.15) / 0.45, 0, 1))
        : 0.45 * Math.Clamp(Share / 0.5, 0, 1);

    /// <summary>Analyses a picture.</summary>
    public static SkinRegions Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var skin = new bool[image.Width * image.Height];
        for (var i = 0; i < skin.Length; i++)
        {
            skin[i] = IsSkin(image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]);
        }

        var regions = Regions(skin, image.Width, image.Height);
        regions.Sort((a, b) => b.Pixels.CompareTo(a.Pixels));
        var total = regions.Sum(r => r.Pixels);
        double ShareOf(int rank) => rank < regions.Count ? (double)regions[rank].Pixels / total : 0;
        return new SkinRegions
        {
            Share = skin.Length == 0 ? 0 : (double)total / skin.Length,
            Largest = (ShareOf(0), ShareOf(1), ShareOf(2)),
            PolygonShare = PolygonShareOf(regions, skin, image.Width),
        };
    }

    /// <summary>Whether a colour may be skin: Cb 77..127, Cr 133..173 (full-range BT.601), saturation 0.1..0.75, hue -20°..50°, not nearly black.</summary>
    public static bool IsSkin(byte red, byte green, byte blue)
    {
        var y = (0.299 * red) + (0.587 * green) + (0.114 * blue);
        var cb = 128 + (0.564 * (blue - y));
        var cr = 128 + (0.713 * (red - y));
        if (y < 20 || cb is < 77 or > 127 || cr is < 133 or > 173)
        {
            return false;
        }

        // Red leads in all of skin's hues, so one branch of the hue formula is enough: 60° * (g - b) / range.
        int range = red - Math.Min(green, blue);
        return red >= green && red >= blue
            && range >= 0.1 * red && range <= 0.75 * red
            && 60.0 * (green - blue) / range is >= -20 and <= 50;
    }

    private static List<Region> Regions(bool[] skin, int width, int height)
    {
        var regions = new List<Region>();
        var seen = new bool[skin.Length];
        var open = new Stack<int>();
        for (var start = 0; start < skin.Length; start++)
        {
            if (!skin[start] || seen[start])
            {
                continue;
            }

            var region = new Region(start, width);
            seen[start] = true;
            open.Push(start);
            while (open.TryPop(out var i))
            {
                region.Add(i % width, i / width);
                PushNeighbours(i, skin, seen, open, width, height);
            }

            regions.Add(region);
        }

        return regions;
    }

    // Connected across corners, too.
    private static void PushNeighbours(int i, bool[] skin, bool[] seen, Stack<int> open, int width, int height)
    {
        var (x, y) = (i % width, i / width);
        for (var ny = Math.Max(0, y - 1); ny <= Math.Min(height - 1, y + 1); ny++)
        {
            for (var nx = Math.Max(0, x - 1); nx <= Math.Min(width - 1, x + 1); nx++)
            {
                var n = (ny * width) + nx;
                if (skin[n] && !seen[n])
                {
                    seen[n] = true;
                    open.Push(n);
                }
            }
        }
    }

    /// <summary>The polygon joins the left-, upper-, right- and lowermost pixels of the three largest regions; 1 when it has no area.</summary>
    private static double PolygonShareOf(List<Region> regions, bool[] skin, int width)
    {
        if (regions.Count == 0)
        {
            return 0;
        }

        var largest = regions.Take(3).ToList();
        (int X, int Y)[] corners =
        [
            largest.Select(r => r.Left).MinBy(p => p.X),
            largest.Select(r => r.Top).MinBy(p => p.Y),
            largest.Select(r => r.Right).MaxBy(p => p.X),
            largest.Select(r => r.Bottom).MaxBy(p => p.Y),
        ];
        var (inside, skinInside) = (0, 0);
        for (var y = corners[1].Y; y <= corners[3].Y; y++)
        {
            for (var x = corners[0].X; x <= corners[2].X; x++)
            {
                if (IsInside(corners, x, y))
                {
                    inside++;
                    skinInside += skin[(y * width) + x] ? 1 : 0;
                }
            }
        }

        return inside == 0 ? 1 : (double)skinInside / inside;
    }

    // Even-odd rule: count the sides that a ray to the right crosses.
    private static bool IsInside((int X, int Y)[] corners, int x, int y)
    {
        var isInside = false;
        for (var i = 0; i < corners.Length; i++)
        {
            var (a, b) = (corners[i], corners[(i + 1) % corners.Length]);
            if (a.Y > y != b.Y > y && x < ((double)(b.X - a.X) * (y - a.Y) / (b.Y - a.Y)) + a.X)
            {
                isInside = !isInside;
            }
        }

        return isInside;
    }

    /// <summary>Size and outermost pixels; among equally far ones those that make the polygon of a rectangle the rectangle itself.</summary>
    private sealed class Region(int start, int width)
    {
        public int Pixels { get; private set; }

        public (int X, int Y) Left { get; private set; } = (start % width, start / width);

        public (int X, int Y) Top { get; private set; } = (start % width, start / width);

        public (int X, int Y) Right { get; private set; } = (start % width, start / width);

        public (int X, int Y) Bottom { get; private set; } = (start % width, start / width);

        public void Add(int x, int y)
        {
            Pixels++;
            Left = (x, -y).CompareTo((Left.X, -Left.Y)) < 0 ? (x, y) : Left;
            Top = (y, x).CompareTo((Top.Y, Top.X)) < 0 ? (x, y) : Top;
            Right = (-x, y).CompareTo((-Right.X, Right.Y)) < 0 ? (x, y) : Right;
            Bottom = (-y, -x).CompareTo((-Bottom.Y, -Bottom.X)) < 0 ? (x, y) : Bottom;
        }
    }
}
