using System.IO.Compression;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>One zip with full-resolution stills, <c>manifest.json</c> and <c>frames.csv</c>.</summary>
[Part("zip", "Zip of stills", "Full-resolution stills in one zip, with a manifest and a table of all scores.")]
public sealed class ZipExporter(StillExportOptions options, FrameExtractor extractor) : IExporter
{
    /// <inheritdoc/>
    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        Directory.CreateDirectory(request.Folder);
        var work = Path.Combine(request.Folder, $".{Guid.NewGuid():N}");
        var half = work + ".zip";
        try
        {
            var set = await StillSet.WriteAsync(extractor, request, options, work, progress, ct).ConfigureAwait(false);
            await ZipAsync(set, half, ct).ConfigureAwait(false);
            var name = StillNames.Stem(request.Origin.SourceName) + "-frames.zip";
            var path = Path.Combine(request.Folder, name);
            File.Move(half, path, overwrite: true);
            return new ExportedFile(path, name, new FileInfo(path).Length, await StillSet.HashAsync(path, ct).ConfigureAwait(false), set.Stills.Length);
        }
        finally
        {
            File.Delete(half);
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static async Task ZipAsync(StillSet set, string path, CancellationToken ct)
    {
        var file = new FileStream(path, FileMode.CreateNew);
        await using (file.ConfigureAwait(false))
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Create);
            foreach (var name in set.Stills.Select(s => s.Name).Append(ExportManifest.JsonName).Append(ExportManifest.CsvName))
            {
                // Pictures are compressed already; packing them again costs time and gains nothing.
                var level = name is ExportManifest.JsonName or ExportManifest.CsvName ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
                var source = File.OpenRead(Path.Combine(set.Folder, name));
                await using (source.ConfigureAwait(false))
                {
                    var entry = zip.CreateEntry(name, level).Open();
                    await using (entry.ConfigureAwait(false))
                    {
                        await source.CopyToAsync(entry, ct).ConfigureAwait(false);
                    }
                }
            }
        }
    }
}
