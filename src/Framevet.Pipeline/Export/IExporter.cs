using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>What to export. <paramref name="Origin"/> goes into the manifest; <paramref name="Folder"/> is where the final file appears (temp + move).</summary>
public sealed record ExportRequest(MediaInfo Media, ExportOrigin Origin, ImmutableArray<Pick> Picks, string Folder)
{
    /// <summary>All scored frames by time, for tables of everything; empty when only the picks are at hand.</summary>
    public ImmutableArray<Candidate> Scored { get; init; } = [];

    /// <summary>Where the subject is in the upright still, by stamp; a frame that is not named has no known subject.</summary>
    public ImmutableDictionary<Pts, CropBox> Subjects { get; init; } = ImmutableDictionary<Pts, CropBox>.Empty;

    /// <summary>What curators said about frames, by stamp; a frame that is not named was not rated.</summary>
    public ImmutableDictionary<Pts, FrameRating> Ratings { get; init; } = ImmutableDictionary<Pts, FrameRating>.Empty;

    /// <summary>Whoever asked streams an archive from its files: an exporter of many files may leave them unpacked in its result.</summary>
    public bool KeepsPieces { get; init; }

    /// <summary>Write nothing, only tell what would be written.</summary>
    public bool IsDryRun { get; init; }
}

/// <summary>Where the frames come from: ids as text so that the CLI, which has no run row, can use the same manifest.</summary>
public sealed record ExportOrigin(string RunId, string SourceName, string SourceSha256, string RecipeName)
{
    /// <summary>Models that had a say, each with its version; empty when none had.</summary>
    public ImmutableArray<string> Models { get; init; } = [];
}

/// <summary>A finished file. <paramref name="Frames"/> counts the stills in it. After a dry run <paramref name="Bytes"/> is an estimate and <paramref name="Sha256"/> empty.</summary>
public sealed record ExportedFile(string Path, string FileName, long Bytes, string Sha256, int Frames)
{
    /// <summary>The files of an archive that was not packed; empty when the result is one file. Their owner moves or deletes them.</summary>
    public ImmutableArray<ExportedPiece> Pieces { get; init; } = [];

    /// <summary>Time that the entries of an archive that was not packed carry.</summary>
    public DateTimeOffset PackedAt { get; init; }

    /// <summary>What was planned, when nothing was written; null otherwise.</summary>
    public ExportPlan? Plan { get; init; }
}

/// <summary>What an export would write: names, about how many bytes at the end and at the worst moment, and how many are free.</summary>
public sealed record ExportPlan(ImmutableArray<string> Names, long Bytes, long PeakBytes, long MarginBytes, long FreeBytes)
{
    /// <summary>Whether there is room for it.</summary>
    public bool Fits => PeakBytes + MarginBytes <= FreeBytes;
}

/// <summary>Writes picked frames from the source at full resolution.</summary>
public interface IExporter
{
    /// <summary>Exports; on any error or cancellation no half file keeps a final name. A dry run returns its plan and leaves the disk as it is.</summary>
    Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct);
}
