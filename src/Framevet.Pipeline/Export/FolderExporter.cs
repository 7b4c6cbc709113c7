using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>A folder with the stills, <c>manifest.json</c> and <c>frames.csv</c>. The result's hash is that of the manifest, which holds those of all files.</summary>
[Part("folder", "Folder", "Full-resolution stills with a manifest and a table, in a folder of their own.", IsLocal = true)]
public sealed class FolderExporter(ExportOptions options, FrameExtractor extractor, TimeProvider time) : IExporter
{
    /// <inheritdoc/>
    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var name = $"{FrameNames.Stem(request.Origin.SourceName)}-frames";
        if (request.IsDryRun)
        {
            return DryRun.Of(extractor, request, options, StillSet.FreePath(request.Folder, name, ""), isPacked: false);
        }

        DiskSpace.Require(extractor.FreeBytes, request.Folder, DiskSpace.Of(request.Media, request.Picks.Length, options, isPacked: false));
        Directory.CreateDirectory(request.Folder);
        var work = Path.Combine(request.Folder, $".{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            var manifest = await StillSet.WriteAsync(extractor, request, options, work, time, progress, ct).ConfigureAwait(false);
            var hash = await StillSet.HashAsync(Path.Combine(work, StillSet.ManifestName), ct).ConfigureAwait(false);
            var path = StillSet.FreePath(request.Folder, name, "");
            Directory.Move(work, path);
            return new ExportedFile(path, Path.GetFileName(path), manifest.Files.Sum(f => f.AllBytes()), hash, manifest.Files.Length);
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }
}
