using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>The same as the zip, as plain files in the folder asked for; for the command line. The exported file it answers is the manifest.</summary>
[Part("folder", "Folder of stills", "Full-resolution stills as files, with a manifest and a table of all scores.")]
public sealed class FolderExporter(StillExportOptions options, FrameExtractor extractor) : IExporter
{
    /// <inheritdoc/>
    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        Directory.CreateDirectory(request.Folder);
        var work = Path.Combine(request.Folder, $".{Guid.NewGuid():N}");
        try
        {
            var set = await StillSet.WriteAsync(extractor, request, options, work, progress, ct).ConfigureAwait(false);
            // The manifest last: where it lies, everything it lists lies there, too.
            foreach (var name in set.Stills.Select(s => s.Name).Append(ExportManifest.CsvName).Append(ExportManifest.JsonName))
            {
                File.Move(Path.Combine(work, name), Path.Combine(request.Folder, name), overwrite: true);
            }

            var manifest = Path.Combine(request.Folder, ExportManifest.JsonName);
            return new ExportedFile(manifest, ExportManifest.JsonName, new FileInfo(manifest).Length, await StillSet.HashAsync(manifest, ct).ConfigureAwait(false), set.Stills.Length);
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
