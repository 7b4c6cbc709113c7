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

    /// <summary>A run of pixels in place: Y becomes red, Cb green, Cr blue, rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToRgb(Span<float> first, Span<float> second, Span<float> third)
    {
        ref var a = ref MemoryMarshal.GetReference(first);
        ref var b = ref MemoryMarshal.GetReference(second);
        ref var c = ref MemoryMarshal.GetReference(third);
        var middle = Vector512.Create(128f);
        var i = 0;
        for (; i <= first.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var y = Vector512.LoadUnsafe(ref a, (nuint)i);
            var cb = Vector512.LoadUnsafe(ref b, (nuint)i) - middle;
            var cr = Vector512.LoadUnsafe(ref c, (nuint)i) - middle;
            Levels(y + (cr * RedOfCr)).StoreUnsafe(ref a, (nuint)i);
            Levels(y + (cb * GreenOfCb) + (cr * GreenOfCr)).StoreUnsafe(ref b, (nuint)i);
            Levels(y + (cb * BlueOfCb)).StoreUnsafe(ref c, (nuint)i);
        }

        for (; i < first.Length; i++)
        {
            var (red, green, blue) = ToRgb(first[i], second[i], third[i]);
            (first[i], second[i], third[i]) = (Level(red), Level(green), Level(blue));
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
