using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>What exporters of one file without pictures share.</summary>
internal static class TextFile
{
    private const int BytesPerFrame = 600;

    /// <summary>Writes the text, UTF-8 without a mark, under a new name. A dry run makes no text.</summary>
    public static Task<ExportedFile> WriteAsync(ExportRequest request, string kind, string extension, Func<string> make, IProgress<double> progress, CancellationToken ct) =>
        WriteAsync(request, kind, extension, async (file, stop) => await file.WriteAsync(Encoding.UTF8.GetBytes(make()), stop).ConfigureAwait(false), progress, ct);

    /// <summary>Writes a file under a new name. A dry run makes none.</summary>
    public static async Task<ExportedFile> WriteAsync(ExportRequest request, string kind, string extension, Func<Stream, CancellationToken, Task> write, IProgress<double> progress, CancellationToken ct)
    {
        var path = StillSet.FreePath(request.Folder, $"{FrameNames.Stem(request.Origin.SourceName)}-{kind}", extension);
        if (request.IsDryRun)
        {
            var bytes = (long)Math.Max(request.Picks.Length, request.Scored.Length) * BytesPerFrame;
            return new ExportedFile(path, Path.GetFileName(path), bytes, "", request.Picks.Length) { Plan = new ExportPlan([Path.GetFileName(path)], bytes, bytes, DiskNeed.DefaultMargin, DiskSpace.Free(request.Folder)) };
        }

        var made = await StillOrder.InFolderAsync(request, async work =>
        {
            var file = Path.Combine(work, "text");
            var target = File.Create(file);
            await using (target.ConfigureAwait(false))
            {
                await write(target, ct).ConfigureAwait(false);
            }

            return (file, path, request.Picks.Length);
        }, ct).ConfigureAwait(false);
        progress.Report(1);
        return made;
    }
}
