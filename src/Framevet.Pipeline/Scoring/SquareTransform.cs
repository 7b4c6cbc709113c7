using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Two-dimensional discrete Fourier transform of a square whose side is a power of two: radix 2, decimation in time (J. W. Cooley and
/// J. W. Tukey, 1965). Every butterfly joins two whole rows, so all columns are transformed at once; rows follow after a transposition.
/// </summary>
internal sealed class SquareTransform
{
    private readonly float[] _cosines;
    private readonly float[] _sines;

    /// <summary>Prepares a side of 2, 4, 8, ...</summary>
    public SquareTransform(int side)
    {
        Side = side;
        _cosines = [.. Enumerable.Range(0, side / 2).Select(k => (float)Math.Cos(-2 * Math.PI * k / side))];
        _sines = [.. Enumerable.Range(0, side / 2).Select(k => (float)Math.Sin(-2 * Math.PI * k / side))];
    }

    /// <summary>Pixels per side.</summary>
    public int Side { get; }

    /// <summary>Transforms in place; the result is transposed: [horizontal frequency x vertical frequency].</summary>
    public void Run(Span<float> real, Span<float> imaginary)
    {
        Columns(real, imaginary);
        Transpose(real);
        Transpose(imaginary);
        Columns(real, imaginary);
    }

    private void Columns(Span<float> real, Span<float> imaginary)
    {
        for (int i = 0, j = 0; i < Side; i++)
        {
            if (i < j)
            {
                Swap(real, i, j);
                Swap(imaginary, i, j);
            }

            var bit = Side >> 1;
            for (; bit > 0 && (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j |= bit;
        }

        for (var half = 1; half < Side; half *= 2)
        {
            for (var first = 0; first < Side; first += 2 * half)
            {
                for (var k = 0; k < half; k++)
                {
                    var turn = k * (Side / 2 / half);
                    Butterfly(Row(real, first + k), Row(imaginary, first + k), Row(real, first + k + half), Row(imaginary, first + k + half), _cosines[turn], _sines[turn]);
                }
            }
        }
    }

    private static void Butterfly(Span<float> aReal, Span<float> aImaginary, Span<float> bReal, Span<float> bImaginary, float cosine, float sine)
    {
        ref var ar = ref MemoryMarshal.GetReference(aReal);
        ref var ai = ref MemoryMarshal.GetReference(aImaginary);
        ref var br = ref MemoryMarshal.GetReference(bReal);
        ref var bi = ref MemoryMarshal.GetReference(bImaginary);
        var x = 0;
        for (; x <= aReal.Length - Vector256<float>.Count; x += Vector256<float>.Count)
        {
            var at = (nuint)x;
            var (real, imaginary) = (Vector256.LoadUnsafe(ref br, at), Vector256.LoadUnsafe(ref bi, at));
            var (turnedReal, turnedImaginary) = ((real * cosine) - (imaginary * sine), (real * sine) + (imaginary * cosine));
            var (upperReal, upperImaginary) = (Vector256.LoadUnsafe(ref ar, at), Vector256.LoadUnsafe(ref ai, at));
            (upperReal + turnedReal).StoreUnsafe(ref ar, at);
            (upperImaginary + turnedImaginary).StoreUnsafe(ref ai, at);
            (upperReal - turnedReal).StoreUnsafe(ref br, at);
            (upperImaginary - turnedImaginary).StoreUnsafe(ref bi, at);
        }

        for (; x < aReal.Length; x++)
        {
            var (turnedReal, turnedImaginary) = ((bReal[x] * cosine) - (bImaginary[x] * sine), (bReal[x] * sine) + (bImaginary[x] * cosine));
            (aReal[x], bReal[x]) = (aReal[x] + turnedReal, aReal[x] - turnedReal);
            (aImaginary[x], bImaginary[x]) = (aImaginary[x] + turnedImaginary, aImaginary[x] - turnedImaginary);
        }
    }

    private Span<float> Row(Span<float> plane, int row) => plane.Slice(row * Side, Side);

    private void Swap(Span<float> plane, int a, int b)
    {
        for (var x = 0; x < Side; x++)
        {
            (plane[(a * Side) + x], plane[(b * Side) + x]) = (plane[(b * Side) + x], plane[(a * Side) + x]);
        }
    }

    private void Transpose(Span<float> plane)
    {
        for (var y = 0; y < Side; y++)
        {
            for (var x = y + 1; x < Side; x++)
            {
                (plane[(y * Side) + x], plane[(x * Side) + y]) = (plane[(x * Side) + y], plane[(y * Side) + x]);
            }
        }
    }
}
