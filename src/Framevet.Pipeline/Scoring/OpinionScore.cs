namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Mean opinion of a distribution over the marks 1..10, as models of the NIMA kind give it (H. Talebi and P. Milanfar, IEEE Trans. Image
/// Processing 27, 2018): <paramref name="Mean"/> 1 worst, 10 best; <paramref name="Deviation"/> 0 all agree, 4.5 half says 1 and half 10.
/// Both numbers stay as they are: no division by the sum of marks, and the spread is kept.
/// </summary>
public readonly record struct OpinionScore(double Mean, double Deviation)
{
    /// <summary>Number of marks.</summary>
    public const int Marks = 10;

    /// <summary>Mean and standard deviation of ten shares, which are divided by their sum; NaN for both when they have none.</summary>
    /// <exception cref="ArgumentException">Not ten shares.</exception>
    public static OpinionScore Of(ReadOnlySpan<float> shares)
    {
        if (shares.Length != Marks)
        {
            throw new ArgumentException($"Needs {Marks} shares, but got {shares.Length}.", nameof(shares));
        }

        var (sum, first, second) = (0.0, 0.0, 0.0);
        for (var i = 0; i < Marks; i++)
        {
            var mark = i + 1;
            sum += shares[i];
            first += mark * shares[i];
            second += mark * mark * shares[i];
        }

        var mean = first / sum;
        return sum > 0 ? new OpinionScore(mean, Math.Sqrt(Math.Max(0, (second / sum) - (mean * mean)))) : new OpinionScore(double.NaN, double.NaN);
    }

    /// <summary>A pixel value 0..255 as the MobileNet weights of these models expect it: -1..1.</summary>
    public static float Input(byte value) => (value / 127.5f) - 1;
}
