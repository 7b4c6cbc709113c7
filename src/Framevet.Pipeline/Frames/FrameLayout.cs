namespace Framevet.Pipeline.Frames;

/// <summary>
/// Size of the analysis view. Pixels are planar Y, Cb, Cr 4:2:0, 8 bit, full range, BT.601 (the native
/// layout of JPEG), rows without padding, upright, square pixels. The Y plane is the gray picture that
/// classical metrics are defined on, whatever range and matrix the source had.
/// </summary>
public readonly record struct FrameLayout(int Width, int Height)
{
    /// <summary>Whether these are the pixels of the source as they were coded: neither scaled nor turned, so that its block grid is where it was.</summary>
    public bool IsNative { get; init; }

    /// <summary>Width of one chroma plane: half the luma width, rounded up.</summary>
    public int ChromaWidth => (Width + 1) / 2;

    /// <summary>Height of one chroma plane: half the luma height, rounded up.</summary>
    public int ChromaHeight => (Height + 1) / 2;

    /// <summary>Bytes of the Y plane.</summary>
    public int LumaBytes => Width * Height;

    /// <summary>Bytes of one chroma plane.</summary>
    public int ChromaBytes => ChromaWidth * ChromaHeight;

    /// <summary>Bytes of a whole frame.</summary>
    public int FrameBytes => LumaBytes + (2 * ChromaBytes);

    /// <summary>Layouts are equal when their planes are; where the pixels come from is no part of it.</summary>
    public bool Equals(FrameLayout other) => (Width, Height) == (other.Width, other.Height);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Width, Height);
}
