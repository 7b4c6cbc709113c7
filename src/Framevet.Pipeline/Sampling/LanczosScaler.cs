using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Scales a part of a plane with the Lanczos kernel of three lobes as Pillow does: the kernel is widened by the factor of reduction, weights are normalised at the borders, rows come before columns,
/// and both passes round to 0..255. Weights are kept per pair of lengths, so nothing is allocated for frames of one size. Not thread-safe.
/// </summary>
internal sealed class LanczosScaler
{
    private readonly Dictionary<(int From, int To), (int Start, float[] Weights)[]> _taps = [];
    private float[] _line = [];
    private float[] _columns = [];

    /// <summary>Writes <paramref name="target"/> [height x width]; the source is the rectangle at (left, top) of a plane with rows of <paramref name="stride"/> bytes.</summary>
    public void Scale(ReadOnlySpan<byte> plane, int stride, PlaneBox box, Span<byte> target, int width, int height)
    {
        var (across, down) = (Taps(box.Width, width), Taps(box.Height, height));
        Grow(ref _line, Math.Max(box.Width, box.Height));
        Grow(ref _columns, width * box.Height);
        for (var y = 0; y < box.Height; y++)
        {
            var row = plane.Slice(((box.Top + y) * stride) + box.Left, box.Width);
            for (var x = 0; x < row.Length; x++)
            {
                _line[x] = row[x];
            }

            // Turned by a quarter, so that the second pass runs along rows, too.
            for (var x = 0; x < width; x++)
            {
                _columns[(x * box.Height) + y] = Round(Dot(_line, across[x]));
            }
        }

        for (var x = 0; x < width; x++)
        {
            for (var y = 0; y < height; y++)
            {
                target[(y * width) + x] = (byte)Round(Dot(_columns.AsSpan(x * box.Height, box.Height), down[y]));
            }
        }
    }

    private static void Grow(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new float[length];
        }
    }

    private static float Round(float value) => Math.Clamp(MathF.Floor(value + 0.5f), 0, 255);

    private static float Dot(ReadOnlySpan<float> values, (int Start, float[] Weights) taps)
    {
        var part = values.Slice(taps.Start, taps.Weights.Length);
        ref var a = ref MemoryMarshal.GetReference(part);
        ref var b = ref MemoryMarshal.GetArrayDataReference(taps.Weights);
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i <= part.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            sums += Vector256.LoadUnsafe(ref a, (nuint)i) * Vector256.LoadUnsafe(ref b, (nuint)i);
        }

        var sum = Vector256.Sum(sums);
        for (; i < part.Length; i++)
        {
            sum += part[i] * taps.Weights[i];
        }

        return sum;
    }

    private (int Start, float[] Weights)[] Taps(int from, int to)
    {
        if (_taps.TryGetValue((from, to), out var known))
        {
            return known;
        }

        var scale = (double)from / to;
        var widening = Math.Max(1, scale);
        var taps = new (int, float[])[to];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var start = Math.Max(0, (int)(centre - (3 * widening) + 0.5));
            var end = Math.Min(from, (int)(centre + (3 * widening) + 0.5));
            var weights = Enumerable.Range(start, end - start).Select(x => Kernel((x - centre + 0.5) / widening)).ToArray();
            var sum = weights.Sum();
            taps[i] = (start, [.. weights.Select(w => (float)(w / sum))]);
        }

        return _taps[(from, to)] = taps;
    }

    private static double Kernel(double x) => x is <= -3 or >= 3 ? 0 : Sinc(x) * Sinc(x / 3);

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}

/// <summary>A rectangle of a plane in pixels.</summary>
internal readonly record struct PlaneBox(int Left, int Top, int Width, int Height);
