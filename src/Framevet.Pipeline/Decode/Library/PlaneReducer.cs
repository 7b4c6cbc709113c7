using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// Rows of a plane made smaller by exact area averaging: a target pixel is the mean of the source area that it covers, fractions of pixels included.
/// One per plane size and thread: it holds the buffers of the work.
/// </summary>
internal sealed class PlaneReducer
{
    // Sixteen-bit sums hold this many full rows.
    private const int MaxRows = 256;

    private readonly int _sourceWidth;
    private readonly int _sourceHeight;
    private readonly int _width;
    private readonly double _stepX;
    private readonly double _stepY;
    private readonly float[] _sums;
    private readonly int[] _from;
    private readonly float[] _weights;
    private readonly int _taps;
    private readonly bool _isWhole;

    /// <summary>From one size to another that is nowhere larger.</summary>
    public PlaneReducer(int sourceWidth, int sourceHeight, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, sourceWidth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, sourceHeight);
        (_sourceWidth, _sourceHeight, _width) = (sourceWidth, sourceHeight, width);
        _stepX = (double)sourceWidth / width;
        _stepY = (double)sourceHeight / height;
        IsCopy = sourceWidth == width && sourceHeight == height;
        _taps = (int)Math.Ceiling(_stepX) + (_stepX == Math.Floor(_stepX) ? 0 : 1);
        _isWhole = _stepX == Math.Floor(_stepX);
        _sums = new float[sourceWidth + _taps];
        (_from, _weights) = Taps();
    }

    /// <summary>Whether source and target have one size.</summary>
    public bool IsCopy { get; }

    /// <summary>Whether sums stay within their sixteen bits.</summary>
    public static bool Fits(int sourceHeight, int height) => sourceHeight / height < MaxRows;

    /// <summary>Target row <paramref name="y"/> as means 0..255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Row(ReadOnlySpan<byte> source, int stride, int y, Span<float> target)
    {
        if (IsCopy)
        {
            Widen(source.Slice(y * stride, _sourceWidth), target);
            return;
        }

        ColumnSums.Write(source, stride, Cover.Of(y, _stepY, _sourceHeight), _sums.AsSpan(0, _sourceWidth));
        Reduce(target[.._width]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<byte> source, Span<float> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        var x = 0;
        for (; x <= source.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)x));
            Store(low, ref to, x);
            Store(high, ref to, x + Vector256<ushort>.Count);
        }

        for (; x < source.Length; x++)
        {
            target[x] = source[x];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Singles(Vector256<ushort> values)
    {
        var (low, high) = Vector256.Widen(values);
        return (Vector256.ConvertToSingle(low.AsInt32()), Vector256.ConvertToSingle(high.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ushort> values, ref float target, int x)
    {
        var (low, high) = Singles(values);
        low.StoreUnsafe(ref target, (nuint)x);
        high.StoreUnsafe(ref target, (nuint)(x + Vector256<float>.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reduce(Span<float> target)
    {
        if (_isWhole)
        {
            ReduceWhole(target);
            return;
        }

        ref var sums = ref MemoryMarshal.GetArrayDataReference(_sums);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(_weights);
        ref var from = ref MemoryMarshal.GetArrayDataReference(_from);
        var taps = _taps;
        for (var x = 0; x < target.Length; x++)
        {
            float sum = 0;
            ref var s = ref Unsafe.Add(ref sums, Unsafe.Add(ref from, x));
            for (var i = 0; i < taps; i++)
            {
                sum += Unsafe.Add(ref s, i) * weight;
                weight = ref Unsafe.Add(ref weight, 1);
            }

            target[x] = sum;
        }
    }

    /// <summary>Every target pixel covers the same number of whole columns: one weight for all, and two sums that do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReduceWhole(Span<float> target)
    {
        ref var s = ref MemoryMarshal.GetArrayDataReference(_sums);
        var weight = _weights[0];
        var taps = _taps;
        for (var x = 0; x < target.Length; x++)
        {
            var (even, odd) = (0f, 0f);
            var i = 0;
            for (; i < taps - 1; i += 2)
            {
                even += Unsafe.Add(ref s, i);
                odd += Unsafe.Add(ref s, i + 1);
            }

            if (i < taps)
            {
                even += Unsafe.Add(ref s, i);
            }

            target[x] = (even + odd) * weight;
            s = ref Unsafe.Add(ref s, taps);
        }
    }

    /// <summary>For each target column its first source column and the weights from there on; weights hold the division by the area.</summary>
    private (int[] From, float[] Weights) Taps()
    {
        var from = new int[_width];
        var weights = new float[_width * _taps];
        for (var x = 0; x < _width; x++)
        {
            var (left, right) = (x * _stepX, Math.Min((x + 1) * _stepX, _sourceWidth));
            from[x] = (int)Math.Floor(left + 1e-9);
            for (var i = 0; i < _taps; i++)
            {
                var covered = Math.Min(from[x] + i + 1, right) - Math.Max(from[x] + i, left);
                weights[(x * _taps) + i] = covered > 1e-6 ? (float)(covered / _stepX / _stepY) : 0;
            }
        }

        return (from, weights);
    }
}
