using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Models;

/// <summary>What a graph takes. A picture's values are <c>(pixel * scale - mean[c]) / std[c]</c> with pixel 0..255.</summary>
public sealed record ModelInput
{
    /// <summary>What is fed.</summary>
    public ModelInputKind Kind { get; init; } = ModelInputKind.Image;

    /// <summary>Name of the tensor; null = the graph's only input.</summary>
    public string? Tensor { get; init; }

    /// <summary>Width in pixels; null = any, see <see cref="Multiple"/>.</summary>
    public int? Width { get; init; }

    /// <summary>Height in pixels; null = any, see <see cref="Multiple"/>.</summary>
    public int? Height { get; init; }

    /// <summary>A side that is free must be a multiple of this.</summary>
    public int Multiple { get; init; } = 1;

    /// <summary>Numbers of a vector, or tokens of a text; null for pictures.</summary>
    public int? Length { get; init; }

    /// <summary>Order of the dimensions.</summary>
    public ModelLayout Layout { get; init; } = ModelLayout.Nchw;

    /// <summary>Order of the channels.</summary>
    public ModelChannels Channels { get; init; } = ModelChannels.Rgb;

    /// <summary>Type of the values.</summary>
    public ModelValueType Type { get; init; } = ModelValueType.FullPrecision;

    /// <summary>Factor before mean and deviation.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>What is taken off, per channel in the graph's channel order, in scaled units.</summary>
    public ImmutableArray<double> Mean { get; init; } = [0, 0, 0];

    /// <summary>What is divided by, per channel.</summary>
    public ImmutableArray<double> Std { get; init; } = [1, 1, 1];

    /// <summary>How a picture of another shape is made to fit.</summary>
    public ModelFit Fit { get; init; } = ModelFit.Stretch;

    /// <summary>With <see cref="ModelFit.CentreCrop"/>: length of the short edge before the crop, pixels; null = the crop's own.</summary>
    public int? ShortEdge { get; init; }

    /// <summary>Pixel value 0..255 of what a letterbox adds.</summary>
    public byte Pad { get; init; }

    /// <summary>How pixels are made from pixels. Scores depend on it visibly, so each model has one.</summary>
    public ModelResampler Resampler { get; init; } = ModelResampler.Bilinear;

    /// <summary>Largest batch; null = any.</summary>
    public int? MaxBatch { get; init; }
}

/// <summary>What is fed to a graph.</summary>
public enum ModelInputKind
{
    /// <summary>The whole frame.</summary>
    Image,
    /// <summary>A square around a face box, 1.05 times its longer side.</summary>
    Face,
    /// <summary>A face turned and scaled so that its five points lie on the ArcFace template for 112x112.</summary>
    AlignedFace,
    /// <summary>An eye: centred on the mean of its six points, 1.2 times as wide as they are.</summary>
    Eye,
    /// <summary>A vector that another model or formula gave.</summary>
    Vector,
    /// <summary>Token numbers of a text.</summary>
    Tokens,
}

/// <summary>Order of the dimensions of a picture tensor.</summary>
public enum ModelLayout
{
    /// <summary>Batch, channel, row, column.</summary>
    Nchw,
    /// <summary>Batch, row, column, channel.</summary>
    Nhwc,
}

/// <summary>Channels of a picture tensor.</summary>
public enum ModelChannels
{
    /// <summary>Red, green, blue.</summary>
    Rgb,
    /// <summary>Blue, green, red.</summary>
    Bgr,
    /// <summary>One: the mean of red, green and blue.</summary>
    Gray,
}

/// <summary>Type of the numbers that a graph takes.</summary>
public enum ModelValueType
{
    /// <summary>Single precision.</summary>
    [JsonStringEnumMemberName("float32")]
    FullPrecision,
    /// <summary>Half precision.</summary>
    [JsonStringEnumMemberName("float16")]
    HalfPrecision,
    /// <summary>Bytes.</summary>
    [JsonStringEnumMemberName("uint8")]
    Octets,
    /// <summary>Token numbers.</summary>
    [JsonStringEnumMemberName("int64")]
    Numbers,
}

/// <summary>How a picture is made to fit an input of another shape.</summary>
public enum ModelFit
{
    /// <summary>Both sides to size; the shape changes.</summary>
    Stretch,
    /// <summary>The short edge to size, the middle is kept.</summary>
    CentreCrop,
    /// <summary>The long edge to size, the rest padded evenly on both sides.</summary>
    Letterbox,
    /// <summary>The long edge to size, placed top left, padded to the right and below.</summary>
    TopLeft,
}

/// <summary>How pixels are made from pixels.</summary>
public enum ModelResampler
{
    /// <summary>The pixel whose area holds the sample's centre.</summary>
    Nearest,
    /// <summary>Two by two pixels, half-pixel centres, no smoothing when shrinking.</summary>
    Bilinear,
    /// <summary>Two by two pixels, the corners' centres on each other.</summary>
    BilinearCorners,
    /// <summary>A triangle as wide as the reduction: smooth when shrinking.</summary>
    BilinearSmooth,
    /// <summary>Four by four pixels, smooth when shrinking.</summary>
    Bicubic,
    /// <summary>Mean of the covered area.</summary>
    Area,
}
