using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Framevet.Pipeline.Review;

/// <summary>
/// Which of the automatically cleared runs people look at: in every stratum (label group and band of confidence) exactly one of each block of
/// <c>1 / share</c> runs, at a place that only seed, stratum and block decide. So the same seed gives the same sample, and no stratum is left out.
/// </summary>
public static class QualitySample
{
    /// <summary>Stratum of a run: queue of its strongest finding and the tenth that its confidence lies in, e.g. <c>nudity/3</c>; <c>none</c> without a finding.</summary>
    public static string StratumOf(string? label, double? confidence) => label is null
        ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"{ReviewQueues.Of(label)}/{Math.Clamp((int)((confidence ?? 0) * 10), 0, 9)}");

    /// <summary>Whether run number <paramref name="ordinal"/> (from 1) of the stratum belongs to the sample. <paramref name="share"/> 0..1; 0 samples nothing.</summary>
    public static bool Has(string stratum, long ordinal, double share, int seed)
    {
        if (!(share > 0))
        {
            return false;
        }

        var block = Math.Max(1, (long)Math.Round(1 / share));
        var (number, place) = Math.DivRem(ordinal - 1, block);
        return place == (long)(Draw(seed, stratum, number) % (ulong)block);
    }

    /// <summary>A number that follows from its three parts alone, evenly spread over 64 bits.</summary>
    public static ulong Draw(int seed, string text, long number) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}|{text}|{number}"))), 0);

    /// <summary>The draw as a number in 0..1, for comparing with a share.</summary>
    public static double Draw01(int seed, string text, long number) => Draw(seed, text, number) / (double)ulong.MaxValue;
}
