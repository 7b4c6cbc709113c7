using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Framevet.Pipeline.Export;

/// <summary>Stills of all picks in one folder under their final names, with both lists. Shared by the exporters of stills.</summary>
internal sealed record StillSet(ImmutableArray<ExportedStill> Stills, string Folder)
{
    /// <summary>Extracts the picks into <paramref name="folder"/>, which must be new; exactly these files and the two lists are in it afterwards.</summary>
    /// <exception cref="VettingException">As <see cref="FrameExtractor.ExtractAsync"/>; InvalidRequest without a pick.</exception>
    public static async Task<StillSet> WriteAsync(FrameExtractor extractor, ExportRequest request, StillExportOptions options, string folder, IProgress<double> progress, CancellationToken ct)
    {
        if (request.Picks.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"There is no frame of {request.Origin.SourceName} to export.");
        }

        Directory.CreateDirectory(folder);
        var how = options.ToStillOptions();
        var files = await extractor.ExtractAsync(request.Media, [.. request.Picks.Select(p => p.Candidate.Pts)], how, folder, progress, ct).ConfigureAwait(false);
        var byPts = files.DistinctBy(f => f.Pts).ToDictionary(f => f.Pts, f => f.Path);
        var stills = ImmutableArray.CreateBuilder<ExportedStill>(request.Picks.Length);
        foreach (var pick in request.Picks)
        {
            var path = Path.Combine(folder, StillNames.Of(pick, request.Origin.SourceName, how.Extension));
            File.Move(byPts[pick.Candidate.Pts], path);
            stills.Add(new ExportedStill(pick, Path.GetFileName(path), new FileInfo(path).Length, await HashAsync(path, ct).ConfigureAwait(false)));
        }

        var set = new StillSet(stills.MoveToImmutable(), folder);
        var version = await extractor.ToolVersionAsync(ct).ConfigureAwait(false);
        await File.WriteAllBytesAsync(Path.Combine(folder, ExportManifest.JsonName), ExportManifest.Json(request, set.Stills, version), ct).ConfigureAwait(false);
        await File.WriteAllBytesAsync(Path.Combine(folder, ExportManifest.CsvName), ExportManifest.Csv(set.Stills), ct).ConfigureAwait(false);
        return set;
    }

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct).ConfigureAwait(false));
        }
    }
}
