using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// The two hashes that video-sampler's buffers compare, as the imagehash library computes them on Pillow pictures. Side 2..8, so that side² bits fit. Scratch is
/// reused: not thread-safe.
/// </summary>
internal sealed class LookHash(int side)
{
    // Flat pictures: coefficients that differ by rounding alone must not decide a bit.
    private const double Tolerance = 1e-6;

    private readonly LanczosScaler _scaler = new();
    private readonly int _pictureSide = 4 * side;
    private readonly byte[] _picture = new byte[16 * side * side];
    private readonly double[] _rows = new double[4 * side * side];
    private readonly double[] _low = new double[side * side];
    private readonly double[] _sorted = new double[side * side];
    private readonly double[] _cosines = Cosines(side, 4 * side);

    /// <summary>Bits of a hash.</summary>
    public int Bits => side * side;

    /// <summary>Perceptual hash of the whole frame.</summary>
    public ulong Perceptual(in Frame frame) => Perceptual(in frame, new PlaneBox(0, 0, frame.Layout.Width, frame.Layout.Height));

    /// <summary>
    /// Perceptual hash of a part of the Y plane: Lanczos to (4·side)², DCT-II along both axes, of the side² lowest frequencies (constant term included) a bit each for those
    /// above their median.
    /// </summary>
    public ulong Perceptual(in Frame frame, PlaneBox box)
    {
        _scaler.Scale(frame.Luma, frame.Layout.Width, box, _picture, _pictureSide, _pictureSide);
        for (var y = 0; y < _pictureSide; y++)
        {
            for (var u = 0; u < side; u++)
            {
                double sum = 0;
                for (var x = 0; x < _pictureSide; x++)
                {
                    sum += _picture[(y * _pictureSide) + x] * _cosines[(u * _pictureSide) + x];
                }

                _rows[(u * _pictureSide) + y] = sum;
            }
        }

        for (var v = 0; v < side; v++)
        {
            for (var u = 0; u < side; u++)
            {
                double sum = 0;
                for (var y = 0; y < _pictureSide; y++)
                {
                    sum += _rows[(u * _pictureSide) + y] * _cosines[(v * _pictureSide) + y];
                }

                _low[(v * side) + u] = sum;
            }
        }

        _low.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        return Above(_low, (_sorted[(_sorted.Length - 1) / 2] + _sorted[_sorted.Length / 2]) / 2);
    }

    /// <summary>Average hash: Lanczos to side², a bit for each place that is brighter than the mean.</summary>
    public ulong Average(in Frame frame)
    {
        var picture = _picture.AsSpan(0, side * side);
        _scaler.Scale(frame.Luma, frame.Layout.Width, new PlaneBox(0, 0, frame.Layout.Width, frame.Layout.Height), picture, side, side);
        double sum = 0;
        for (var i = 0; i < picture.Length; i++)
        {
            _low[i] = picture[i];
            sum += picture[i];
        }

        return Above(_low, sum / picture.Length);
    }

    private static ulong Above(ReadOnlySpan<double> values, double limit)
    {
        ulong bits = 0;
        for (var i = 0; i < values.Length; i++)
        {
            bits |= values[i] > limit + Tolerance ? 1UL << i : 0;
        }

        return bits;
    }

    private static double[] Cosines(int kept, int length) =>
        [.. from u in Enumerable.Range(0, kept)
            from x in Enumerable.Range(0, length)
            select 2 * Math.Cos(Math.PI * u * ((2 * x) + 1) / (2 * length))];
}
