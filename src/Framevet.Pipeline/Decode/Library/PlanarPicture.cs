namespace Framevet.Pipeline.Decode.Library;

/// <summary>A decoded picture as it lies in memory: planar YUV 4:2:0, 8 bit, rows <c>stride</c> bytes apart, borrowed.</summary>
internal readonly ref struct PlanarPicture
{
    /// <summary>Luma.</summary>
    public required ReadOnlySpan<byte> Y { get; init; }

    /// <summary>Blue difference at half size, rounded up.</summary>
    public required ReadOnlySpan<byte> Cb { get; init; }

    /// <summary>Red difference at half size, rounded up.</summary>
    public required ReadOnlySpan<byte> Cr { get; init; }

    /// <summary>Bytes from luma row to luma row.</summary>
    public required int LumaStride { get; init; }

    /// <summary>Bytes from chroma row to chroma row.</summary>
    public required int ChromaStride { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Whether values fill 0..255; otherwise 16..235 and 16..240.</summary>
    public required bool IsFullRange { get; init; }
}
