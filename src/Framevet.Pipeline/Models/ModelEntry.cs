using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>One model of the catalogue: what it is for, which bytes it is, what goes in and how what comes out is read. A record of the manifest.</summary>
public sealed record ModelEntry
{
    /// <summary>Kebab-case name used in recipes, unique over the built-in and the operator's own entries; never reused.</summary>
    public required string Id { get; init; }

    /// <summary>What the model is for; the list is grouped by it.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>What a user should know before choosing it, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Its files; the first is the graph, or the parameters where there is no graph.</summary>
    public required ImmutableArray<ModelFile> Files { get; init; }

    /// <summary>Terms of the weights.</summary>
    public required ModelLicence Licence { get; init; }

    /// <summary>Where the weights were made.</summary>
    public required ModelOrigin Origin { get; init; }

    /// <summary>Whether the hashes were computed from the bytes by us, or taken over from somebody who pins them.</summary>
    public ModelEvidence Evidence { get; init; } = ModelEvidence.Computed;

    /// <summary>Facts of this entry that nobody checked against the bytes, as sentences.</summary>
    public ImmutableArray<string> Unverified { get; init; } = [];

    /// <summary>What the graph takes; null for parameter files and for models that no part reads yet.</summary>
    public ModelInput? Input { get; init; }

    /// <summary>How the output is read; null for parameter files and for models that no part reads yet.</summary>
    public ModelHead? Head { get; init; }

    /// <summary>For models that moderate: the model's label -> label of our taxonomy. A label that is not listed counts as unmapped.</summary>
    public ImmutableSortedDictionary<string, string> Moderation { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Published and measured accuracy, each with its source.</summary>
    public ImmutableArray<ModelAccuracy> Accuracy { get; init; } = [];

    /// <summary>Oldest ONNX Runtime that reads the graph, e.g. <c>1.12</c>; null when unknown or not needed.</summary>
    public string? MinRuntime { get; init; }

    /// <summary>Whether the operator wrote the entry; not part of the file.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOwn { get; init; }

    /// <summary>The graph, or the parameters.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ModelFile Main => Files[0];

    /// <summary>Size of all files, bytes; null when one is unknown.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long? Bytes => Files.Aggregate((long?)0, (sum, file) => sum + file.Bytes);

    /// <summary>Whether every file has an address.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool CanPull => Files.All(f => f.Url is not null);

    /// <summary>The first file with this role, or null.</summary>
    public ModelFile? File(ModelFileRole role) => Files.FirstOrDefault(f => f.Role == role);
}

/// <summary>What a model is for.</summary>
public enum ModelTask
{
    /// <summary>How pleasing a picture is.</summary>
    Aesthetic,
    /// <summary>How well made a picture is: sharp, clean, well exposed.</summary>
    Technical,
    /// <summary>What must not be shown.</summary>
    Safety,
    /// <summary>Where faces are.</summary>
    FaceDetection,
    /// <summary>Points of a face.</summary>
    FaceLandmarks,
    /// <summary>Whether an eye is open.</summary>
    EyeState,
    /// <summary>Whose face it is, as a vector.</summary>
    FaceEmbedding,
    /// <summary>Which pixels are a person.</summary>
    PersonMask,
    /// <summary>Which pixels are the thing pointed at.</summary>
    SubjectMask,
    /// <summary>Which things are in the picture.</summary>
    ObjectDetection,
    /// <summary>What the picture shows, as a vector.</summary>
    ImageEmbedding,
    /// <summary>What a sentence says, as a vector.</summary>
    TextEmbedding,
}

/// <summary>How we know the hash of a file.</summary>
public enum ModelEvidence
{
    /// <summary>Computed from the bytes by us; the model ran in our tests.</summary>
    Computed,
    /// <summary>Published by others who pin it; the download is checked against it all the same.</summary>
    Published,
}

/// <summary>Where weights come from. <paramref name="Revision"/>: the commit, release or version; null when unknown. <paramref name="Change"/>: what was done to them since, or null.</summary>
public sealed record ModelOrigin(string Repository, string? Revision = null, string? Path = null, string? Change = null);

/// <summary>A figure, e.g. <c>AVA SRCC 0.609</c>, and who published it.</summary>
public sealed record ModelAccuracy(string Figure, string Source);
