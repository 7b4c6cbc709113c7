using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>One zip with the stills, <c>manifest.json</c> and <c>frames.csv</c>. Nothing in it is compressed: stills are already, and a download can then go on at any byte.</summary>
[Part("zip", "Zip archive", "Full-resolution stills with a manifest and a table, in one zip.")]
public sealed class ZipExporter(ExportOptions options, FrameExtractor extractor, TimeProvider time) : IExporter
{
    /// <inheritdoc/>
    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var name = $"{FrameNames.Stem(request.Origin.SourceName)}-frames";
        if (request.IsDryRun)
        {
            return DryRun.Of(extractor, request, options, StillSet.FreePath(request.Folder, name, ".zip"), isPacked: true);
        }

        DiskSpace.Require(extractor.FreeBytes, request.Folder, DiskSpace.Of(request.Media, request.Picks.Length, options, isPacked: !request.KeepsPieces));
        Directory.CreateDirectory(request.Folder);
        var work = Path.Combine(request.Folder, $".{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        var isKept = false;
        try
        {
            var manifest = await StillSet.WriteAsync(extractor, request, options, work, time, progress, ct).ConfigureAwait(false);
            var made = await PiecePack.PackAsync(request, work, [.. manifest.Names(), .. StillSet.Texts(options)], name, manifest.WrittenAt, manifest.Files.Length, ct).ConfigureAwait(false);
            isKept = !made.Pieces.IsEmpty;
            return made;
        }
        finally
        {
            if (!isKept)
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }
}
