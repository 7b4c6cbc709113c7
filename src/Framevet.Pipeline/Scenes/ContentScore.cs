using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scenes;

/// <summary>
/// How much the colours changed since the frame before: the mean over all places of the absolute differences of hue (0..180), saturation and value
/// (both 0..255), with equal weights, as PySceneDetect's content detector does (its documentation, "ContentDetector"). Differences: places are averages
/// over 2x2 pixels or more, which takes noise out; hue counts where one of the two colours is a colour at all; and in pictures without colour, where two of the three
/// can never differ, value gets their weights. Allocates nothing once the size of the frames is known.
/// </summary>
internal sealed class ContentScore
{
    /// <summary>Widest grid that is compared; larger frames are averaged down by a whole factor.</summary>
    private const int MaxColumns = 256;

    // Saturation from which on, and that by which, a place counts as coloured; a third of coloured places makes a colour picture.
    private const float Gray = 16;
    private const float Coloured = 48;
    private const double ColourShare = 1.0 / 3;

    private FrameLayout _layout;
    private int _columns;
    private int _rows;
    private int _factor;
    private ushort[] _sums = [];
    private float[] _row = [];
    private float[] _before = [];
    private bool _hasBefore;

    /// <summary>Whether the vector form is used; the plain form is its reference.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Score of the next frame, 0 and above; NaN for the first one.</summary>
    public double Next(in Frame frame)
    {
        if (frame.Layout != _layout)
        {
            Prepare(frame.Layout);
        }

        var sums = default(Sums);
        for (var y = 0; y < _rows; y++)
        {
            ReadRow(in frame, y);
            sums = CompareRow(_before.AsSpan(y * _columns * 3, _columns * 3), sums);
        }

        var (hadBefore, places) = (_hasBefore, (double)_rows * _columns);
        _hasBefore = true;
        if (!hadBefore || places == 0)
        {
            return hadBefore ? 0 : double.NaN;
        }

        var colour = Math.Min(1, sums.Coloured / places / ColourShare);
        return ((colour * sums.Colours) + sums.Values) / ((1 + (2 * colour)) * places);
    }

    private void Prepare(FrameLayout layout)
    {
        var (width, height) = (layout.Width / 2, layout.Height / 2);
        _layout = layout;
        _factor = Math.Max(1, (width + MaxColumns - 1) / MaxColumns);
        (_columns, _rows) = (width / _factor, height / _factor);
        _sums = new ushort[3 * width];
        _row = new float[3 * _columns];
        _before = new float[3 * _columns * _rows];
        _hasBefore = false;
    }

    /// <summary>Averages one row of places to Y, Cb and Cr.</summary>
    private void ReadRow(in Frame frame, int y)
    {
        var width = _layout.Width / 2;
        Array.Clear(_sums);
        var lumaSums = _sums.AsSpan(0, width);
        var cbSums = _sums.AsSpan(width, width);
        var crSums = _sums.AsSpan(2 * width, width);
        for (var i = 0; i < _factor; i++)
        {
            var row = (y * _factor) + i;
            AddPairs(frame.Luma.Slice(2 * row * _layout.Width, 2 * width), lumaSums);
            AddPairs(frame.Luma.Slice(((2 * row) + 1) * _layout.Width, 2 * width), lumaSums);
            AddBytes(frame.Cb.Slice(row * _layout.ChromaWidth, width), cbSums);
            AddBytes(frame.Cr.Slice(row * _layout.ChromaWidth, width), crSums);
        }

        var area = 1f / (_factor * _factor);
        Reduce(lumaSums, _row.AsSpan(0, _columns), area / 4);
        Reduce(cbSums, _row.AsSpan(_columns, _columns), area);
        Reduce(crSums, _row.AsSpan(2 * _columns, _columns), area);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddPairs(ReadOnlySpan<byte> row, Span<ushort> sums)
    {
        var x = 0;
        if (!IsPlain)
        {
            ref var source = ref MemoryMarshal.GetReference(row);
            ref var target = ref MemoryMarshal.GetReference(sums);
            var low = Vector256.Create((ushort)0xFF);
            for (; x <= sums.Length - Vector256<ushort>.Count; x += Vector256<ushort>.Count)
            {
                var pairs = Vector256.LoadUnsafe(ref source, (nuint)(2 * x)).AsUInt16();
                (Vector256.LoadUnsafe(ref target, (nuint)x) + (pairs & low) + (pairs >> 8)).StoreUnsafe(ref target, (nuint)x);
            }
        }

        for (; x < sums.Length; x++)
        {
            sums[x] += (ushort)(row[2 * x] + row[(2 * x) + 1]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddBytes(ReadOnlySpan<byte> row, Span<ushort> sums)
    {
        var x = 0;
        if (!IsPlain)
        {
            ref var source = ref MemoryMarshal.GetReference(row);
            ref var target = ref MemoryMarshal.GetReference(sums);
            for (; x <= sums.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)x));
                (Vector256.LoadUnsafe(ref target, (nuint)x) + low).StoreUnsafe(ref target, (nuint)x);
                (Vector256.LoadUnsafe(ref target, (nuint)(x + 16)) + high).StoreUnsafe(ref target, (nuint)(x + 16));
            }
        }

        for (; x < sums.Length; x++)
        {
            sums[x] += row[x];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reduce(ReadOnlySpan<ushort> sums, Span<float> target, float scale)
    {
        var x = 0;
        if (_factor == 1 && !IsPlain)
        {
            ref var source = ref MemoryMarshal.GetReference(sums);
            ref var to = ref MemoryMarshal.GetReference(target);
            var factor = Vector256.Create(scale);
            for (; x <= target.Length - Vector256<ushort>.Count; x += Vector256<ushort>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)x));
                (Vector256.ConvertToSingle(low.AsInt32()) * factor).StoreUnsafe(ref to, (nuint)x);
                (Vector256.ConvertToSingle(high.AsInt32()) * factor).StoreUnsafe(ref to, (nuint)(x + 8));
            }
        }

        for (; x < target.Length; x++)
        {
            var sum = 0;
            for (var i = 0; i < _factor; i++)
            {
                sum += sums[(x * _factor) + i];
            }

            target[x] = sum * scale;
        }
    }

    /// <summary>Adds the differences of a row to the row of the frame before, which it then replaces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Sums CompareRow(Span<float> before, Sums sums)
    {
        var y = _row.AsSpan(0, _columns);
        var cb = _row.AsSpan(_columns, _columns);
        var cr = _row.AsSpan(2 * _columns, _columns);
        var hues = before[.._columns];
        var saturations = before.Slice(_columns, _columns);
        var values = before.Slice(2 * _columns, _columns);
        var x = 0;
        if (!IsPlain)
        {
            var (colours, lights, coloured) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            var (zero, one) = (Vector256<float>.Zero, Vector256<float>.One);
            for (; x <= _columns - Vector256<float>.Count; x += Vector256<float>.Count)
            {
                var (h, s, v, chroma) = Hsv(Vector256.LoadUnsafe(ref y[x]), Vector256.LoadUnsafe(ref cb[x]), Vector256.LoadUnsafe(ref cr[x]));
                ref var hue = ref hues[x];
                ref var saturation = ref saturations[x];
                ref var value = ref values[x];
                var (h0, s0, v0) = (Vector256.LoadUnsafe(ref hue), Vector256.LoadUnsafe(ref saturation), Vector256.LoadUnsafe(ref value));
                var weight = Vector256.Min(Vector256.Max(chroma, s0 * v0 * (1 / 255f)), one);
                colours += (weight * Vector256.Abs(h - h0)) + Vector256.Abs(s - s0);
                lights += Vector256.Abs(v - v0);
                coloured += Vector256.Min(Vector256.Max((Vector256.Max(s, s0) - Vector256.Create(Gray)) * (1 / Coloured), zero), one);
                h.StoreUnsafe(ref hue);
                s.StoreUnsafe(ref saturation);
                v.StoreUnsafe(ref value);
            }

            sums = sums.Plus(Vector256.Sum(colours), Vector256.Sum(lights), Vector256.Sum(coloured));
        }

        for (; x < _columns; x++)
        {
            var (h, s, v, chroma) = Hsv(y[x], cb[x], cr[x]);
            var (h0, s0, v0) = (hues[x], saturations[x], values[x]);
            var weight = Math.Min(Math.Max(chroma, s0 * v0 * (1 / 255f)), 1);
            sums = sums.Plus((weight * Math.Abs(h - h0)) + Math.Abs(s - s0), Math.Abs(v - v0), Math.Clamp((Math.Max(s, s0) - Gray) * (1 / Coloured), 0, 1));
            (hues[x], saturations[x], values[x]) = (h, s, v);
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Hue, Vector256<float> Saturation, Vector256<float> Value, Vector256<float> Chroma) Hsv(Vector256<float> y, Vector256<float> cb, Vector256<float> cr)
    {
        var (zero, full, half) = (Vector256<float>.Zero, Vector256.Create(255f), Vector256.Create(128f));
        var red = Vector256.Min(Vector256.Max(y + (1.402f * (cr - half)), zero), full);
        var green = Vector256.Min(Vector256.Max(y - (0.344136f * (cb - half)) - (0.714136f * (cr - half)), zero), full);
        var blue = Vector256.Min(Vector256.Max(y + (1.772f * (cb - half)), zero), full);
        var value = Vector256.Max(red, Vector256.Max(green, blue));
        var chroma = value - Vector256.Min(red, Vector256.Min(green, blue));
        var scale = Vector256.Create(30f) / Vector256.Max(chroma, Vector256.Create(1e-6f));
        var fromRed = (green - blue) * scale;
        fromRed = Vector256.ConditionalSelect(Vector256.LessThan(fromRed, zero), fromRed + Vector256.Create(180f), fromRed);
        var hue = Vector256.ConditionalSelect(
            Vector256.Equals(value, red),
            fromRed,
            Vector256.ConditionalSelect(Vector256.Equals(value, green), Vector256.Create(60f) + ((blue - red) * scale), Vector256.Create(120f) + ((red - green) * scale)));
        return (hue, full * chroma / Vector256.Max(value, Vector256.Create(1e-6f)), value, chroma);
    }

    private static (float Hue, float Saturation, float Value, float Chroma) Hsv(float y, float cb, float cr)
    {
        var red = Math.Min(Math.Max(y + (1.402f * (cr - 128)), 0), 255);
        var green = Math.Min(Math.Max(y - (0.344136f * (cb - 128)) - (0.714136f * (cr - 128)), 0), 255);
        var blue = Math.Min(Math.Max(y + (1.772f * (cb - 128)), 0), 255);
        var value = Math.Max(red, Math.Max(green, blue));
        var chroma = value - Math.Min(red, Math.Min(green, blue));
        var scale = 30f / Math.Max(chroma, 1e-6f);
        var fromRed = (green - blue) * scale;
        var hue = value == red ? (fromRed < 0 ? fromRed + 180 : fromRed) : value == green ? 60 + ((blue - red) * scale) : 120 + ((red - green) * scale);
        return (hue, 255f * chroma / Math.Max(value, 1e-6f), value, chroma);
    }

    /// <summary>Differences of hue and saturation, of value, and the number of coloured places.</summary>
    private readonly record struct Sums(double Colours, double Values, double Coloured)
    {
        public Sums Plus(float colours, float values, float coloured) => new(Colours + colours, Values + values, Coloured + coloured);
    }
}
