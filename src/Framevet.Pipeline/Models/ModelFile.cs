using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Models;

/// <summary>One file of a model.</summary>
public sealed record ModelFile
{
    /// <summary>Path within the models folder, with forward slashes; unique over the catalogue.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for the model.</summary>
    public ModelFileRole Role { get; init; } = ModelFileRole.Graph;

    /// <summary>Size in bytes; null when unknown, then only the operator's general limit holds.</summary>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the content, 64 lower-case hex digits. Another content is refused.</summary>
    public required string Sha256 { get; init; }

    /// <summary>HTTPS address of exactly these bytes, pinned to a revision; null when they can only be copied into the folder.</summary>
    public string? Url { get; init; }

    /// <summary>The last part of the name.</summary>
    [JsonIgnore]
    public string ShortName => Name[(Name.LastIndexOf('/') + 1)..];
}

/// <summary>What a file is for its model.</summary>
public enum ModelFileRole
{
    /// <summary>The ONNX graph.</summary>
    Graph,
    /// <summary>Weights that the graph keeps beside it (ONNX external data).</summary>
    Weights,
    /// <summary>The first half of a model in two halves.</summary>
    Encoder,
    /// <summary>The second half.</summary>
    Decoder,
    /// <summary>Words of a tokenizer with their numbers.</summary>
    Vocabulary,
    /// <summary>Merge rules of a tokenizer.</summary>
    Merges,
    /// <summary>Numbers that a formula needs, without a graph.</summary>
    Parameters,
}
