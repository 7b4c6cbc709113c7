using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline.Export;

/// <summary>What lies beside exported stills as <c>manifest.json</c>: enough to find every frame again in its source.</summary>
internal sealed record Manifest(string Source, string SourceSha256, string RunId, string Recipe, DateTimeOffset WrittenAt, ImmutableArray<string> Tools, string TimeBase, ImmutableArray<ManifestFile> Files)
{
    /// <summary>Names of all stills, crops and side-cars.</summary>
    public IEnumerable<string> Names() => Files.SelectMany(f => f.Names());
}

/// <summary>One still. <paramref name="Pts"/> in the manifest's time base names the frame; <paramref name="Index"/> and <paramref name="Seconds"/> are for people.</summary>
internal sealed record ManifestFile(string Name, long Bytes, string Sha256, int Rank, string Reason, long Pts, int Index, double Seconds, ImmutableSortedDictionary<string, float> Scores)
{
    /// <summary>Crops of the same frame; null when none were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ManifestCrop>? Crops { get; init; }

    /// <summary>Name of the XMP file beside the still; null when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sidecar { get; init; }

    /// <summary>The still, its crops and its side-car.</summary>
    public IEnumerable<string> Names() => [Name, .. (Crops ?? []).Select(c => c.Name), .. Sidecar is null ? Array.Empty<string>() : [Sidecar]];

    /// <summary>Bytes of the still and its crops.</summary>
    public long AllBytes() => Bytes + (Crops ?? []).Sum(c => c.Bytes);
}

/// <summary>A crop; the box is where it lies in the upright still.</summary>
internal sealed record ManifestCrop(string Name, long Bytes, string Sha256, string Aspect, int X, int Y, int Width, int Height);
