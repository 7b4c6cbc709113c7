using System.Security.Cryptography;
using Framevet.Pipeline.Export;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>Writes the PTS of the picks instead of stills: the film of these tests has no pictures to decode again.</summary>
internal sealed class ScriptedExporter : IExporter
{
    public int Written { get; private set; }

    /// <summary>Awaited before the file is written; may throw.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }

    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        await (Before?.Invoke(ct) ?? Task.CompletedTask);
        var content = string.Join('\n', request.Picks.OrderBy(p => p.Rank).Select(p => p.Candidate.Pts.Value));
        var path = Path.Combine(request.Folder, "frames.zip");
        await File.WriteAllTextAsync(path, content, ct);
        Written++;
        var bytes = await File.ReadAllBytesAsync(path, ct);
        return new ExportedFile(path, "clip-frames.zip", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), request.Picks.Length);
    }
}
