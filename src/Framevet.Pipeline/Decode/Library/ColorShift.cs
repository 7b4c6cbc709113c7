namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// From one coding of colours to full range BT.601: Y' = Gain (Y - Black) + A (Cb - 128) + B (Cr - 128), Cb' = 128 + C (Cb - 128) + D (Cr - 128),
/// Cr' = 128 + E (Cb - 128) + F (Cr - 128). Derived from R'G'B' = M(Kr, Kb) Y'CbCr (ITU-R BT.601-7, section 2.5; BT.709-6, item 3; BT.2020-2, table 4;
/// SMPTE 240M, section 6); ranges: BT.601-7, section 2.5.3.
/// </summary>
internal readonly record struct ColorShift(float Gain, float Black, float A, float B, float C, float D, float E, float F)
{
    private const double Kr601 = 0.299;
    private const double Kb601 = 0.114;

    /// <summary>Whether luma depends on chroma.</summary>
    public bool MovesLuma => A != 0 || B != 0;

    /// <summary>Whether nothing changes at all.</summary>
    public bool IsNothing => Gain == 1 && Black == 0 && !MovesLuma && C == 1 && F == 1;

    /// <summary>The change for a stream's matrix (ffprobe's name; null and others count as BT.601) and range.</summary>
    public static ColorShift From(string? matrix, bool isFullRange)
    {
        var (kr, kb) = matrix switch
        {
            "bt709" => (0.2126, 0.0722),
            "bt2020nc" => (0.2627, 0.0593),
            "smpte240m" => (0.212, 0.087),
            "fcc" => (0.30, 0.11),
            _ => (Kr601, Kb601),
        };
        var chroma = isFullRange ? 1 : 255.0 / 224;
        var (a, c, e) = Of(kr, kb, 1, 0);
        var (b, d, f) = Of(kr, kb, 0, 1);
        var isSame = kr == Kr601;
        return new ColorShift(
            isFullRange ? 1 : 255f / 219,
            isFullRange ? 0 : 16,
            isSame ? 0 : (float)(a * chroma),
            isSame ? 0 : (float)(b * chroma),
            (float)((isSame ? 1 : c) * chroma),
            isSame ? 0 : (float)(d * chroma),
            isSame ? 0 : (float)(e * chroma),
            (float)((isSame ? 1 : f) * chroma));
    }

    /// <summary>BT.601 Y, Cb, Cr of a colour without luma.</summary>
    private static (double Y, double Cb, double Cr) Of(double kr, double kb, double cb, double cr)
    {
        var r = 2 * (1 - kr) * cr;
        var b = 2 * (1 - kb) * cb;
        var g = -((kr * r) + (kb * b)) / (1 - kr - kb);
        var y = (Kr601 * r) + ((1 - Kr601 - Kb601) * g) + (Kb601 * b);
        return (y, (b - y) / (2 * (1 - Kb601)), (r - y) / (2 * (1 - Kr601)));
    }
}
