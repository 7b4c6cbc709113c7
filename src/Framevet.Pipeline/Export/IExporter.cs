using System.Collections.Immutable;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>What to export. <paramref name="Origin"/> goes into the manifest; <paramref name="Folder"/> is where the final file appears (temp + move).</summary>
public sealed record ExportRequest(MediaInfo Media, ExportOrigin Origin, ImmutableArray<Pick> Picks, string Folder);

/// <summary>Where the frames come from: ids as text so that the CLI, which has no run row, can use the same manifest.</summary>
public sealed record ExportOrigin(string RunId, string SourceName, string SourceSha256, string RecipeName);

/// <summary>A finished file. <paramref name="Frames"/> counts the stills in it.</summary>
public sealed record ExportedFile(string Path, string FileName, long Bytes, string Sha256, int Frames);

/// <summary>Writes picked frames from the source at full resolution.</summary>
public interface IExporter
{
    /// <summary>Exports; on any error or cancellation no half file keeps a final name.</summary>
    Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct);
}
