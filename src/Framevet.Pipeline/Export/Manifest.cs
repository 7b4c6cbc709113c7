using System.Collections.Immutable;

namespace Framevet.Pipeline.Export;

/// <summary>What lies beside exported stills as <c>manifest.json</c>: enough to find every frame again in its source.</summary>
internal sealed record Manifest(string Source, string SourceSha256, string RunId, string Recipe, DateTimeOffset WrittenAt, ImmutableArray<string> Tools, string TimeBase, ImmutableArray<ManifestFile> Files);

/// <summary>One still. <paramref name="Pts"/> in the manifest's time base names the frame; <paramref name="Index"/> and <paramref name="Seconds"/> are for people.</summary>
internal sealed record ManifestFile(string Name, long Bytes, string Sha256, int Rank, string Reason, long Pts, int Index, double Seconds, ImmutableSortedDictionary<string, float> Scores);
