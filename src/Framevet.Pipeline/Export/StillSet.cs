using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Framevet.Pipeline.Export;

/// <summary>Extracts the picks of a request into a folder under their final names, with manifest and table: what every exporter starts from.</summary>
internal static class StillSet
{
    /// <summary>Manifest file name.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>Table file name.</summary>
    public const string TableName = "frames.csv";

    private static readonly JsonSerializerOptions Json = PipelineJson.Configure(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>Fills the folder (empty before) and returns the manifest, files by rank.</summary>
    public static async Task<Manifest> WriteAsync(FrameExtractor extractor, ExportRequest request, StillOptions options, string folder, TimeProvider time, IProgress<double> progress, CancellationToken ct)
    {
        if (request.Picks.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, "There are no frames to export.");
        }

        var picks = request.Picks.Sort((a, b) => a.Rank.CompareTo(b.Rank));
        var stills = await extractor.ExtractAsync(request.Media, [.. picks.Select(p => p.Candidate.Pts)], options, folder, progress, ct).ConfigureAwait(false);
        var files = ImmutableArray.CreateBuilder<ManifestFile>(picks.Length);
        foreach (var (pick, still) in picks.Zip(stills))
        {
            var name = FrameNames.Still(request.Media.Folder?.At(pick.Candidate.Pts)?.Name ?? request.Origin.SourceName, pick, options.Extension);
            var path = Path.Combine(folder, name);
            File.Move(still.Path, path);
            var candidate = pick.Candidate;
            files.Add(new ManifestFile(
                name,
                new FileInfo(path).Length,
                await HashAsync(path, ct).ConfigureAwait(false),
                pick.Rank,
                pick.Reason,
                candidate.Pts.Value,
                candidate.Index,
                Math.Round(candidate.Pts.Seconds, 6),
                candidate.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary()));
        }

        var origin = request.Origin;
        var tool = await extractor.ToolVersionAsync(ct).ConfigureAwait(false);
        var program = $"framevet {typeof(StillSet).Assembly.GetName().Version?.ToString(3) ?? "unknown"}";
        var manifest = new Manifest(origin.SourceName, origin.SourceSha256, origin.RunId, origin.RecipeName, time.GetUtcNow(), [program, tool], request.Media.TimeBase.ToString(), files.ToImmutable());
        await File.WriteAllBytesAsync(Path.Combine(folder, ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, Json), ct).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, TableName), FramesCsv.Write(manifest), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), ct).ConfigureAwait(false);
        return manifest;
    }

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        var stream = File.OpenRead(path);
        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false));
        }
    }

    /// <summary>A name that is not yet taken in the folder.</summary>
    public static string FreePath(string folder, string stem, string extension)
    {
        for (var i = 1; ; i++)
        {
            var path = Path.Combine(folder, i == 1 ? $"{stem}{extension}" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stem}-{i}{extension}"));
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }
}
