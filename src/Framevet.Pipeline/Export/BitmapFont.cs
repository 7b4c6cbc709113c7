using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>
/// A font of 5 x 7 dots for captions, drawn for this program: digits, capital letters and a few signs. Needs no font file, which a bare
/// server does not have. Letters are written as capitals; what it does not know becomes a small block.
/// </summary>
internal static class BitmapFont
{
    /// <summary>Dots from one character to the next, and the height of a line.</summary>
    public const int Advance = 6, Height = 7;

    private const string Known = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.:-#%/()";

    /// <summary>Seven rows of five dots per character, in the order of <see cref="Known"/>; the highest of five bits is the left dot.</summary>
    private static readonly string[] Rows =
    [
        "0E11131519110E", "040C040404040E", "0E11010204081F", "1F02040201110E", "02060A121F0202", "1F101E0101110E", "0608101E11110E", "1F010204080808", "0E11110E11110E", "0E11110F01020C",
        "0E11111F111111", "1E11111E11111E", "0E11101010110E", "1C12111111121C", "1F10101E10101F", "1F10101E101010", "0E11101711110F", "1111111F111111", "0E04040404040E", "0702020202120C",
        "11121418141211", "1010101010101F", "111B1515111111", "11191513111111", "0E11111111110E", "1E11111E101010", "0E11111115120D", "1E11111E141211", "0F10100E01011E", "1F040404040404",
        "1111111111110E", "11111111110A04", "1111111515150A", "11110A040A1111", "1111110A040404", "1F01020408101F",
        "00000000000C0C", "000C0C000C0C00", "0000001F000000", "0A0A1F0A1F0A0A", "18190204081303", "00010204081000", "02040808080402", "08040202020408",
    ];

    /// <summary>Width of a text in pixels.</summary>
    public static int Width(string text, int scale) => text.Length == 0 ? 0 : ((text.Length * Advance) - 1) * scale;

    /// <summary>As much of the text as fits into a width.</summary>
    public static string Fit(string text, int width, int scale) => text[..Math.Clamp(((width / scale) + 1) / Advance, 0, text.Length)];

    /// <summary>Draws in one gray value; dots outside the picture are left out.</summary>
    public static void Draw(RgbImage image, string text, int left, int top, int scale, byte gray)
    {
        for (var i = 0; i < text.Length; i++)
        {
            for (var row = 0; row < Height; row++)
            {
                var bits = Bits(text[i], row);
                for (var column = 0; column < 5; column++)
                {
                    if ((bits >> (4 - column) & 1) == 1)
                    {
                        Dot(image, left + (((i * Advance) + column) * scale), top + (row * scale), scale, gray);
                    }
                }
            }
        }
    }

    /// <summary>One row of a character, five bits.</summary>
    internal static int Bits(char character, int row)
    {
        if (character == ' ')
        {
            return 0;
        }

        var at = Known.IndexOf(char.ToUpperInvariant(character), StringComparison.Ordinal);
        return at < 0 ? (row is >= 2 and <= 5 ? 0x0E : 0) : Convert.ToInt32(Rows[at].Substring(row * 2, 2), 16);
    }

    private static void Dot(RgbImage image, int left, int top, int scale, byte gray)
    {
        for (var y = Math.Max(0, top); y < Math.Min(image.Height, top + scale); y++)
        {
            for (var x = Math.Max(0, left); x < Math.Min(image.Width, left + scale); x++)
            {
                image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3).Fill(gray);
            }
        }
    }
}
