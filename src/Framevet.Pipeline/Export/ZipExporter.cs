using System.IO.Compression;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>One zip with the stills, <c>manifest.json</c> and <c>frames.csv</c>. Stills are stored as they are: they are compressed already.</summary>
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

        DiskSpace.Require(extractor.FreeBytes, request.Folder, DiskSpace.Of(request.Media, request.Picks.Length, options, isPacked: true));
        Directory.CreateDirectory(request.Folder);
        var work = Path.Combine(request.Folder, $".{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        var zip = $"{work}.zip";
        try
        {
            var manifest = await StillSet.WriteAsync(extractor, request, options, work, time, progress, ct).ConfigureAwait(false);
            await PackAsync(work, [.. manifest.Names(), .. StillSet.Texts(options)], zip, manifest.WrittenAt, ct).ConfigureAwait(false);
            var hash = await StillSet.HashAsync(zip, ct).ConfigureAwait(false);
            var path = StillSet.FreePath(request.Folder, name, ".zip");
            File.Move(zip, path);
            return new ExportedFile(path, Path.GetFileName(path), new FileInfo(path).Length, hash, manifest.Files.Length);
        }
        finally
        {
            File.Delete(zip);
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task PackAsync(string work, string[] names, string zip, DateTimeOffset writtenAt, CancellationToken ct)
    {
        var file = new FileStream(zip, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            var archive = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct).ConfigureAwait(false);
            await using (archive.ConfigureAwait(false))
            {
                foreach (var name in names)
                {
                    var isText = Path.GetExtension(name) is ".json" or ".csv" or ".jsonl" or ".xmp";
                    var entry = archive.CreateEntry(name, isText ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                    entry.LastWriteTime = writtenAt;
                    var source = File.OpenRead(Path.Combine(work, name));
                    await using (source.ConfigureAwait(false))
                    {
                        var target = await entry.OpenAsync(ct).ConfigureAwait(false);
                        await using (target.ConfigureAwait(false))
                        {
                            await source.CopyToAsync(target, ct).ConfigureAwait(false);
                        }
                    }

                    // The packed still is not needed any more: half the disk for long lists.
                    File.Delete(Path.Combine(work, name));
                }
            }
        }
    }
}
