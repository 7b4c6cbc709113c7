namespace Framevet.Pipeline.Frames;

/// <summary>
/// One decoded picture, borrowed from its batch: valid only while the batch is, never to be stored.
/// <paramref name="Index"/> is the 0-based position in decode (output) order, for display; identity is <paramref name="Pts"/>.
/// <paramref name="IsKey"/>: the decoder marks it as a keyframe. <paramref name="Mask"/>: 0..255 per luma pixel, above 128 = subject; empty
/// when nobody looked for a subject.
/// </summary>
public readonly record struct Frame(int Index, Pts Pts, FrameLayout Layout, ReadOnlyMemory<byte> Pixels, bool IsKey = false, ReadOnlyMemory<byte> Mask = default)
{
    /// <summary>Y plane, row-major, 0..255 full range.</summary>
    public ReadOnlySpan<byte> Luma => Pixels.Span[..Layout.LumaBytes];

    /// <summary>Cb plane at half size, 128 = neutral.</summary>
    public ReadOnlySpan<byte> Cb => Pixels.Span.Slice(Layout.LumaBytes, Layout.ChromaBytes);

    /// <summary>Cr plane at half size, 128 = neutral.</summary>
    public ReadOnlySpan<byte> Cr => Pixels.Span.Slice(Layout.LumaBytes + Layout.ChromaBytes, Layout.ChromaBytes);
}
