using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// From Y, Cb, Cr (full range, BT.601) to red, green and blue, in whole levels 0..255: published preprocessing works on 8-bit pictures, and so its numbers come out.
/// </summary>
internal static class ColorMix
{
    // ITU-T T.871 (JFIF), section 7.
    private const float RedOfCr = 1.402f;
    private const float GreenOfCb = -0.344136286f;
    private const float GreenOfCr = -0.714136286f;
    private const float BlueOfCb = 1.772f;

    /// <summary>One pixel, not rounded, kept within 0..255.</summary>
    public static (float Red, float Green, float Blue) ToRgb(float y, float cb, float cr)
    {
        (cb, cr) = (cb - 128, cr - 128);
        return (Math.Clamp(y + (RedOfCr * cr), 0, 255), Math.Clamp(y + (GreenOfCb * cb) + (GreenOfCr * cr), 0, 255), Math.Clamp(y + (BlueOfCb * cb), 0, 255));
    }

    /// <summary>A run of pixels: whole levels of red, green and blue, each times its factor plus its shift. The targets may be the sources.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToRgb(ReadOnlySpan<float> luma, ReadOnlySpan<float> cbs, ReadOnlySpan<float> crs, Span<float> reds, Span<float> greens, Span<float> blues, ReadOnlySpan<(float Factor, float Shift)> norm)
    {
        ref var a = ref MemoryMarshal.GetReference(luma);
        ref var b = ref MemoryMarshal.GetReference(cbs);
        ref var c = ref MemoryMarshal.GetReference(crs);
        ref var red = ref MemoryMarshal.GetReference(reds);
        ref var green = ref MemoryMarshal.GetReference(greens);
        ref var blue = ref MemoryMarshal.GetReference(blues);
        var middle = Vector512.Create(128f);
        var (redShift, greenShift, blueShift) = (Vector512.Create(norm[0].Shift), Vector512.Create(norm[1].Shift), Vector512.Create(norm[2].Shift));
        var i = 0;
        for (; i <= luma.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var y = Vector512.LoadUnsafe(ref a, (nuint)i);
            var cb = Vector512.LoadUnsafe(ref b, (nuint)i) - middle;
            var cr = Vector512.LoadUnsafe(ref c, (nuint)i) - middle;
            ((Levels(y + (cr * RedOfCr)) * norm[0].Factor) + redShift).StoreUnsafe(ref red, (nuint)i);
            ((Levels(y + (cb * GreenOfCb) + (cr * GreenOfCr)) * norm[1].Factor) + greenShift).StoreUnsafe(ref green, (nuint)i);
            ((Levels(y + (cb * BlueOfCb)) * norm[2].Factor) + blueShift).StoreUnsafe(ref blue, (nuint)i);
        }

        for (; i < luma.Length; i++)
        {
            var (r, g, u) = ToRgb(luma[i], cbs[i], crs[i]);
            reds[i] = (Level(r) * norm[0].Factor) + norm[0].Shift;
            greens[i] = (Level(g) * norm[1].Factor) + norm[1].Shift;
            blues[i] = (Level(u) * norm[2].Factor) + norm[2].Shift;
        }
    }

    /// <summary>Values in place to whole levels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToLevels(Span<float> values)
    {
        ref var a = ref MemoryMarshal.GetReference(values);
        var i = 0;
        for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Levels(Vector512.LoadUnsafe(ref a, (nuint)i)).StoreUnsafe(ref a, (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            values[i] = Level(values[i]);
        }
    }

    /// <summary>The nearest whole level.</summary>
    public static float Level(float value) => MathF.Floor(Math.Clamp(value, 0, 255) + 0.5f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Levels(Vector512<float> values) =>
        Vector512.Floor(Vector512.Min(Vector512.Max(values, Vector512<float>.Zero), Vector512.Create(255f)) + Vector512.Create(0.5f));
}
