using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// Writes the analysis view of a decoded picture in one pass: area average, then range and matrix on the small picture before it is rounded.
/// One per thread: it holds the buffers of the work.
/// </summary>
internal sealed class ViewScaler(FrameLayout layout, string? matrix)
{
    private readonly float[] _row = new float[layout.Width];
    private readonly float[] _shift = new float[(layout.ChromaWidth * 2) + 2];
    private readonly float[] _cb = new float[layout.ChromaWidth];
    private readonly float[] _cr = new float[layout.ChromaWidth];
    private byte[]? _window;
    private NativeColors? _native;
    private PlaneReducer? _luma;
    private PlaneReducer? _chroma;
    private (int Width, int Height) _size;

    /// <summary>Whether the view can be made from pictures of this size: nothing is enlarged.</summary>
    public static bool Fits(FrameLayout layout, int width, int height) =>
        layout.Width <= width && layout.Height <= height && PlaneReducer.Fits(height, layout.Height);

    /// <summary>Writes all planes of the view.</summary>
    public void Write(in PlanarPicture picture, Span<byte> target) => Write(picture, ViewRows.Whole(layout, target), 0, layout.ChromaHeight);

    /// <summary>Makes sums over the view without keeping it: its rows are looked at while they are in the nearest cache, and overwritten.</summary>
    public void Sum(in PlanarPicture picture, PlaneStats stats, PlaneGroups groups)
    {
        var rows = ViewRows.Window(layout, WindowRows, ref _window);
        var pass = stats.Begin(rows.Y, rows.Cb, rows.Cr, layout, groups);
        for (var row = 0; row < layout.ChromaHeight; row += PlanePass.Strip / 2)
        {
            var end = Math.Min(layout.ChromaHeight, row + (PlanePass.Strip / 2));
            rows.Reach(2 * end, pass.Oldest);
            pass.MovedTo(rows.First);
            Write(picture, rows, row, end);
            pass.Rows(Math.Min(layout.Height, 2 * end));
        }

        stats.Keep(in pass);
    }

    // Room for the rows of one tile and some strips, so that rows are seldom moved.
    private int WindowRows => 2 * ((layout.Height / PlaneTiles.Side) + (3 * PlanePass.Strip));

    /// <summary>Writes some chroma rows and the luma rows beside them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(in PlanarPicture picture, in ViewRows view, int from, int to)
    {
        var (luma, chroma) = Reducers(picture.Width, picture.Height);
        var shift = ColorShift.From(matrix, picture.IsFullRange);
        var isNative = luma.IsCopy && chroma.IsCopy;
        if (isNative)
        {
            WriteNative(picture, shift, view, from, to);
            return;
        }

        Array.Fill(_shift, -shift.Black * shift.Gain);
        for (var row = from; row < to; row++)
        {
            chroma.Row(picture.Cb, picture.ChromaStride, row, _cb);
            chroma.Row(picture.Cr, picture.ChromaStride, row, _cr);
            Mix(_cb, _cr, shift.C, shift.D, view.Blue(row));
            Mix(_cb, _cr, shift.E, shift.F, view.Red(row));
            if (shift.MovesLuma)
            {
                SpreadShift(shift);
            }

            for (var y = row * 2; y < Math.Min(layout.Height, (row * 2) + 2); y++)
            {
                luma.Row(picture.Y, picture.LumaStride, y, _row);
                Finish(_row, _shift, shift.Gain, view.Luma(y));
            }
        }
    }

    private void WriteNative(in PlanarPicture picture, ColorShift shift, in ViewRows view, int from, int to)
    {
        _native ??= new NativeColors(layout.Width, layout.ChromaWidth);
        for (var row = from; row < to; row++)
        {
            var blue = picture.Cb.Slice(row * picture.ChromaStride, layout.ChromaWidth);
            var red = picture.Cr.Slice(row * picture.ChromaStride, layout.ChromaWidth);
            if (shift.IsNothing)
            {
                blue.CopyTo(view.Blue(row));
                red.CopyTo(view.Red(row));
            }
            else
            {
                _native.Chroma(blue, red, shift, view.Blue(row), view.Red(row));
            }

            for (var y = row * 2; y < Math.Min(layout.Height, (row * 2) + 2); y++)
            {
                var source = picture.Y.Slice(y * picture.LumaStride, layout.Width);
                if (shift.IsNothing)
                {
                    source.CopyTo(view.Luma(y));
                }
                else
                {
                    _native.Luma(source, shift.Gain, view.Luma(y));
                }
            }
        }
    }

    private (PlaneReducer Luma, PlaneReducer Chroma) Reducers(int width, int height)
    {
        if (_luma is null || _chroma is null || _size != (width, height))
        {
            _luma = new PlaneReducer(width, height, layout.Width, layout.Height);
            _chroma = new PlaneReducer((width + 1) / 2, (height + 1) / 2, layout.ChromaWidth, layout.ChromaHeight);
            _size = (width, height);
        }

        return (_luma, _chroma);
    }

    /// <summary>128 + p (Cb - 128) + q (Cr - 128), rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Mix(ReadOnlySpan<float> cb, ReadOnlySpan<float> cr, float p, float q, Span<byte> target)
    {
        ref var blue = ref MemoryMarshal.GetReference(cb);
        ref var red = ref MemoryMarshal.GetReference(cr);
        ref var to = ref MemoryMarshal.GetReference(target);
        var rest = 128 - (128 * (p + q));
        var x = 0;
        for (; x <= target.Length - (2 * Vector256<float>.Count); x += 2 * Vector256<float>.Count)
        {
            var low = (Vector256.LoadUnsafe(ref blue, (nuint)x) * p) + (Vector256.LoadUnsafe(ref red, (nuint)x) * q) + Vector256.Create(rest);
            var high = (Vector256.LoadUnsafe(ref blue, (nuint)(x + Vector256<float>.Count)) * p) + (Vector256.LoadUnsafe(ref red, (nuint)(x + Vector256<float>.Count)) * q) + Vector256.Create(rest);
            Bytes(low, high).StoreUnsafe(ref to, (nuint)x);
        }

        for (; x < target.Length; x++)
        {
            target[x] = Rounded((cb[x] * p) + (cr[x] * q) + rest);
        }
    }

    /// <summary>gain v + shift, rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Finish(ReadOnlySpan<float> values, ReadOnlySpan<float> shift, float gain, Span<byte> target)
    {
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var add = ref MemoryMarshal.GetReference(shift);
        ref var to = ref MemoryMarshal.GetReference(target);
        var x = 0;
        for (; x <= target.Length - (2 * Vector256<float>.Count); x += 2 * Vector256<float>.Count)
        {
            var low = (Vector256.LoadUnsafe(ref from, (nuint)x) * gain) + Vector256.LoadUnsafe(ref add, (nuint)x);
            var high = (Vector256.LoadUnsafe(ref from, (nuint)(x + Vector256<float>.Count)) * gain) + Vector256.LoadUnsafe(ref add, (nuint)(x + Vector256<float>.Count));
            Bytes(low, high).StoreUnsafe(ref to, (nuint)x);
        }

        for (; x < target.Length; x++)
        {
            target[x] = Rounded((values[x] * gain) + shift[x]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SpreadShift(ColorShift shift)
    {
        var still = -(shift.Black * shift.Gain) - (128 * (shift.A + shift.B));
        ref var to = ref MemoryMarshal.GetArrayDataReference(_shift);
        for (var x = 0; x < _cb.Length; x++)
        {
            var value = (_cb[x] * shift.A) + (_cr[x] * shift.B) + still;
            Unsafe.Add(ref to, 2 * x) = value;
            Unsafe.Add(ref to, (2 * x) + 1) = value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Bytes(Vector256<float> low, Vector256<float> high)
    {
        var half = Vector256.Create(0.5f);
        var top = Vector256.Create(255f);
        var a = Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(low + half, Vector256<float>.Zero), top));
        var b = Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(high + half, Vector256<float>.Zero), top));
        var words = Vector256.Narrow(a, b).AsUInt16();
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    private static byte Rounded(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
