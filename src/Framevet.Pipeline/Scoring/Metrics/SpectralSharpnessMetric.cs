using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Scoring.Metrics;

/// <summary>
/// Fine detail against middle detail in the two-dimensional spectrum of the Y plane, in decibels: around -15 and above sharp, below -30 blurred,
/// -60 nothing fine at all (flat pictures too), 60 nothing else. A ratio, so that it depends neither on contrast nor on brightness and is the same for colour
/// and monochrome pictures. Spectra of up to nine tiles of at most 256x256 pixels, spread evenly over the picture, are added, so that empty
/// areas do not count; each tile loses its mean and is tapered by a Hann window. Pictures below 16x16 have none.
/// </summary>
[Part("spectral-sharpness", "Spectral sharpness", "How much fine detail the spectrum has, whatever the contrast (Fourier transform).")]
public sealed class SpectralSharpnessMetric : IFrameMetric
{
    private const int MaxTile = 256;
    private const int MinTile = 16;
    private const int MaxTilesAcross = 3;
    private const double Floor = -60;

    // Cycles per pixel: coarse structure of the scene lies below, and a Gaussian blur of deviation 2 leaves 0.2 % beyond the upper one.
    private const double Middle = 0.05;
    private const double Fine = 0.2;

    // Variance of rounding to whole gray levels: not detail.
    private const double Rounding = 1.0 / 12;

    // By the logarithm of the side.
    private static readonly ImmutableArray<SquareTransform> Transforms = [new(16), new(32), new(64), new(128), new(256)];

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
        [new("spectral-sharpness", "Spectral sharpness", Floor, 60, HigherIsBetter: true, "dB", "10 log10(E(0.2 and more) / E(0.05..0.2)), E = spectral energy in cycles per pixel; after N. B. Nill and B. H. Bouzas, Optical Engineering 31, 1992")];

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (var i = 0; i < frames.Count; i++)
        {
            scores[i] = (float)OfPlane(frames[i].Luma, frames.Layout.Width, frames.Layout.Height);
        }
    }

    internal static double OfPlane(ReadOnlySpan<byte> luma, int width, int height)
    {
        var shorter = Math.Min(width, height);
        if (shorter < MinTile)
        {
            return double.NaN;
        }

        var transform = Transforms[BitOperations.Log2((uint)Math.Min(MaxTile, shorter)) - BitOperations.Log2(MinTile)];
        var side = transform.Side;
        var rented = ArrayPool<float>.Shared.Rent(2 * side * side);
        var real = rented.AsSpan(0, side * side);
        var imaginary = rented.AsSpan(side * side, side * side);
        var (columns, rows) = (Tiles(width, side), Tiles(height, side));
        var energies = default((double Fine, double Middle));
        for (var n = 0; n < columns * rows; n++)
        {
            var (left, top) = (Start(n % columns, columns, width - side), Start(n / columns, rows, height - side));
            Load(luma[((top * width) + left)..], width, side, real);
            imaginary.Clear();
            transform.Run(real, imaginary);
            AddBands(real, imaginary, side, ref energies);
        }

        ArrayPool<float>.Shared.Return(rented);
        return energies.Fine <= 0 ? Floor : Math.Clamp(10 * Math.Log10(energies.Fine / energies.Middle), Floor, -Floor);
    }

    private static int Tiles(int length, int side) => Math.Min(MaxTilesAcross, (length + side - 1) / side);

    private static int Start(int n, int tiles, int room) => tiles == 1 ? room / 2 : n * room / (tiles - 1);

    private static void Load(ReadOnlySpan<byte> luma, int stride, int side, Span<float> tile)
    {
        long sum = 0;
        for (var y = 0; y < side; y++)
        {
            foreach (var pixel in luma.Slice(y * stride, side))
            {
                sum += pixel;
            }
        }

        var mean = (float)sum / (side * side);
        Span<float> window = stackalloc float[side];
        for (var i = 0; i < side; i++)
        {
            window[i] = (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * (i + 0.5) / side)));
        }

        for (var y = 0; y < side; y++)
        {
            var row = luma.Slice(y * stride, side);
            for (var x = 0; x < side; x++)
            {
                tile[(y * side) + x] = (row[x] - mean) * window[x] * window[y];
            }
        }
    }

    // Energy per tile, each coefficient less what rounding alone gives it (the window keeps 9/64 of white noise).
    private static void AddBands(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, int side, ref (double Fine, double Middle) energies)
    {
        var (fine, middle) = (0.0, 0.0);
        var (fineCount, middleCount) = (0, 0);
        for (var v = 0; v < side; v++)
        {
            var fv = (double)Math.Min(v, side - v) / side;
            for (var u = 0; u < side; u++)
            {
                var fu = (double)Math.Min(u, side - u) / side;
                var squared = (fu * fu) + (fv * fv);
                var i = (v * side) + u;
                var energy = ((double)real[i] * real[i]) + ((double)imaginary[i] * imaginary[i]);
                if (squared >= Fine * Fine)
                {
                    fine += energy;
                    fineCount++;
                }
                else if (squared >= Middle * Middle)
                {
                    middle += energy;
                    middleCount++;
                }
            }
        }

        var rounding = Rounding * side * side * 9 / 64;
        // Twice over for the fine band: rounding of smooth pictures is not quite white, and must not look like detail.
        energies.Fine += Math.Max(0, fine - (2 * rounding * fineCount));
        energies.Middle += Math.Max(0, middle - (rounding * middleCount));
    }
}
