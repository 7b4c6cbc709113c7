using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>What an operator says of an ONNX file of their own; becomes an entry of the catalogue.</summary>
public sealed record OwnModel
{
    /// <summary>Kebab-case name used in recipes.</summary>
    public required string Id { get; init; }

    /// <summary>Name for people; null = the id.</summary>
    public string? Title { get; init; }

    /// <summary>What it is for.</summary>
    public ModelTask Task { get; init; } = ModelTask.Aesthetic;

    /// <summary>How the output is read: <c>distribution-10</c>, <c>labels</c>, <c>scalar</c>, <c>embedding</c>, <c>boxes</c>, <c>mask</c> or <c>landmarks</c>.</summary>
    public required string Head { get; init; }

    /// <summary>Name of the output; null = the only one.</summary>
    public string? Output { get; init; }

    /// <summary>What is still to be applied to the output.</summary>
    public ModelActivation Activation { get; init; }

    /// <summary>For labels and boxes: the labels in order. For a mask: one, what the pixels belong to.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>For models that moderate: its label -> ours.</summary>
    public ImmutableSortedDictionary<string, string> Moderation { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>For boxes: how they are written.</summary>
    public BoxFormat? Format { get; init; }

    /// <summary>For an embedding: its numbers; for landmarks: the points.</summary>
    public int? Length { get; init; }

    /// <summary>For a scalar: least usual value.</summary>
    public double Min { get; init; }

    /// <summary>For a scalar: largest usual value.</summary>
    public double Max { get; init; } = 1;

    /// <summary>Name of the input; null = the only one.</summary>
    public string? Tensor { get; init; }

    /// <summary>Width of the input; null = any.</summary>
    public int? Width { get; init; } = 224;

    /// <summary>Height of the input; null = any.</summary>
    public int? Height { get; init; } = 224;

    /// <summary>Order of the dimensions.</summary>
    public ModelLayout Layout { get; init; }

    /// <summary>Order of the channels.</summary>
    public ModelChannels Channels { get; init; }

    /// <summary>Type of the values.</summary>
    public ModelValueType Type { get; init; }

    /// <summary>What becomes of pixel values.</summary>
    public Normalisation Normalisation { get; init; } = Normalisation.ZeroToOne;

    /// <summary>How a picture is made to fit.</summary>
    public ModelFit Fit { get; init; }

    /// <summary>How pixels are made from pixels.</summary>
    public ModelResampler Resampler { get; init; } = ModelResampler.Bilinear;

    /// <summary>Terms of the weights; null = the operator's own affair.</summary>
    public string? Licence { get; init; }

    /// <summary>The entry for a file of this size and hash.</summary>
    /// <exception cref="VettingException">InvalidRequest: the head is unknown or lacks something.</exception>
    public ModelEntry ToEntry(long bytes, string sha256)
    {
        var (scale, mean, std) = Numbers();
        return new ModelEntry
        {
            Id = Id,
            Task = Task,
            Title = string.IsNullOrWhiteSpace(Title) ? Id : Title.Trim(),
            Files = [new ModelFile { Name = $"own/{Id}.onnx", Bytes = bytes, Sha256 = sha256 }],
            Licence = new ModelLicence { Id = string.IsNullOrWhiteSpace(Licence) ? "own" : Licence.Trim(), Allows = "Added here; whoever added it knows the terms." },
            Origin = new ModelOrigin("added here"),
            Input = new ModelInput
            {
                Tensor = Tensor, Width = Width, Height = Height, Layout = Layout, Channels = Channels, Type = Type, Fit = Fit, Resampler = Resampler,
                Scale = scale, Mean = [.. mean], Std = [.. std],
            },
            Head = HeadOf(),
            Moderation = Moderation,
        };
    }

    private ModelHead HeadOf() => Head switch
    {
        "distribution-10" => new DistributionHead { Output = Output, Activation = Activation },
        "labels" => new LabelsHead { Output = Output, Activation = Activation, Labels = Labels },
        "scalar" => new ScalarHead { Output = Output, Activation = Activation, Min = Min, Max = Max },
        "embedding" => new EmbeddingHead { Output = Output, Activation = Activation, Length = Length ?? throw Lacks("its length (--length)") },
        "boxes" => new BoxesHead { Outputs = Output is null ? [] : [.. Output.Split(',')], Format = Format ?? throw Lacks("a format (--format)"), Labels = Labels, ScoreThreshold = 0.5, IouThreshold = 0.45 },
        "mask" => new MaskHead { Output = Output, Activation = Activation, Label = Labels.FirstOrDefault() ?? "subject" },
        "landmarks" => new LandmarksHead { Output = Output, Activation = Activation, Points = Length ?? throw Lacks("the number of points (--length)"), Order = $"own-{Length}" },
        _ => throw new VettingException(FailureCode.InvalidRequest, $"There is no head '{Head}' (known: distribution-10, labels, scalar, embedding, boxes, mask, landmarks)."),
    };

    private (double Scale, IEnumerable<double> Mean, IEnumerable<double> Std) Numbers()
    {
        var gray = Channels == ModelChannels.Gray;
        double[] one = gray ? [1] : [1, 1, 1], zero = gray ? [0] : [0, 0, 0];

        // Published means are in red, green, blue order; a graph that takes blue first has them the other way round.
        IEnumerable<double> Ordered(params double[] rgb) => gray ? [rgb.Average()] : Channels == ModelChannels.Bgr ? rgb.Reverse() : rgb;
        return Normalisation switch
        {
            Normalisation.None => (1, zero, one),
            Normalisation.MinusOneToOne => (1 / 127.5, one, one),
            Normalisation.ImageNet => (1 / 255.0, Ordered(0.485, 0.456, 0.406), Ordered(0.229, 0.224, 0.225)),
            Normalisation.Clip => (1 / 255.0, Ordered(0.48145466, 0.4578275, 0.40821073), Ordered(0.26862954, 0.26130258, 0.27577711)),
            _ => (1 / 255.0, zero, one),
        };
    }

    private VettingException Lacks(string what) => new(FailureCode.InvalidRequest, $"The head '{Head}' needs {what}.");
}

/// <summary>What becomes of pixel values 0..255.</summary>
public enum Normalisation
{
    /// <summary>0..1.</summary>
    ZeroToOne,
    /// <summary>-1..1.</summary>
    MinusOneToOne,
    /// <summary>0..1, less ImageNet's mean, by its deviation.</summary>
    ImageNet,
    /// <summary>0..1, less CLIP's mean, by its deviation.</summary>
    Clip,
    /// <summary>As they are.</summary>
    None,
}
