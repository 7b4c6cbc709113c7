namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Shape of generalised Gaussian distributions from their moments, by the published search over 0.2, 0.201, .. 10 (A. Mittal, A. K. Moorthy
/// and A. C. Bovik, IEEE Trans. Image Processing 21, 2012; ratio of N.-E. Lasmar, Y. Stitou and Y. Berthoumieu, ICIP 2009).
/// </summary>
internal static class GammaShapes
{
    private const double First = 0.2;
    private const double Step = 0.001;
    private const int Count = 9801;

    // Γ(2/a)² / (Γ(1/a) Γ(3/a)) rises with a, so the nearest entry is found by halving.
    private static readonly double[] Ratios = [.. Enumerable.Range(0, Count).Select(i => Ratio(First + (i * Step)))];

    /// <summary>The shape whose ratio (E|x|)² / E x² is nearest.</summary>
    public static double Nearest(double ratio)
    {
        var at = Array.BinarySearch(Ratios, ratio);
        if (at < 0)
        {
            at = Math.Clamp(~at, 0, Count - 1);
            at -= at > 0 && Math.Abs(Ratios[at - 1] - ratio) <= Math.Abs(Ratios[at] - ratio) ? 1 : 0;
        }

        return First + (at * Step);
    }

    /// <summary>sqrt(Γ(1/a) / Γ(3/a)): from a standard deviation to the scale of the distribution.</summary>
    public static double Scale(double shape) => Math.Exp((LogGamma(1 / shape) - LogGamma(3 / shape)) / 2);

    /// <summary>Γ(2/a) / Γ(1/a): from the difference of the two scales to the mean.</summary>
    public static double MeanFactor(double shape) => Math.Exp(LogGamma(2 / shape) - LogGamma(1 / shape));

    private static double Ratio(double shape) => Math.Exp((2 * LogGamma(2 / shape)) - LogGamma(1 / shape) - LogGamma(3 / shape));

    /// <summary>ln Γ(x) for x &gt; 0: Stirling's series after moving x to 10 and more, good to 1e-13.</summary>
    internal static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 10; x++)
        {
            shift += Math.Log(x);
        }

        var inverse = 1 / (x * x);
        var series = ((1.0 / 12) - (inverse * ((1.0 / 360) - (inverse * ((1.0 / 1260) - (inverse * ((1.0 / 1680) - (inverse / 1188)))))))) / x;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + series - shift;
    }
}
