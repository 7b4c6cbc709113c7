using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>Extracts the picks of a request into a folder under their final names, with manifest and tables: what every exporter of stills starts from.</summary>
internal static class StillSet
{
    /// <summary>Manifest file name.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>Table file name.</summary>
    public const string TableName = "frames.csv";

    private static readonly JsonSerializerOptions Json = PipelineJson.Configure(new JsonSerializerOptions { WriteIndented = true });

    /// <summary>Names of the files beside the stills.</summary>
    public static string[] Texts(ExportOptions options) => [ManifestName, TableName, .. options.Lines == FrameLines.None ? Array.Empty<string>() : [FramesJsonl.Name]];

    /// <summary>Picks by rank with the names of their stills.</summary>
    /// <exception cref="VettingException">InvalidRequest: nothing to export, or a bad template.</exception>
    public static ImmutableArray<(Pick Pick, string Name)> Named(ExportRequest request, ExportOptions options, HashSet<string> taken)
    {
        if (request.Picks.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, "There are no frames to export.");
        }

        var template = new NameTemplate(options.Names, options.AvoidDots);
        taken.UnionWith(Texts(options).Select(n => n.ToUpperInvariant()));
        return [.. request.Picks.Sort((a, b) => a.Rank.CompareTo(b.Rank)).Select(p => (p, NameTemplate.Free(template.Of(OriginOf(request, p), p, options.Stills.Extension), taken)))];
    }

    // A picture of a folder is traced by its own name, not by the folder's.
    private static ExportOrigin OriginOf(ExportRequest request, Pick pick) =>
        request.Media.Folder?.At(pick.Candidate.Pts) is { } picture ? request.Origin with { SourceName = picture.Name } : request.Origin;

    /// <summary>The name of the XMP file beside a still; null when there is to be none.</summary>
    public static string? Sidecar(string still, XmpPlace place) => place switch
    {
        XmpPlace.NameXmp => Path.ChangeExtension(still, ".xmp"),
        XmpPlace.NameExtXmp => $"{still}.xmp",
        _ => null,
    };

    /// <summary>Fills the folder (empty before) and returns the manifest, files by rank.</summary>
    public static async Task<Manifest> WriteAsync(FrameExtractor extractor, ExportRequest request, ExportOptions options, string folder, TimeProvider time, IProgress<double> progress, CancellationToken ct)
    {
        var taken = new HashSet<string>();
        var named = Named(request, options, taken);
        var origin = request.Origin;
        ImmutableArray<string> tools = [$"framevet {typeof(StillSet).Assembly.GetName().Version?.ToString(3) ?? "unknown"}", await extractor.ToolVersionAsync(ct).ConfigureAwait(false)];
        var stills = await extractor.ExtractAsync(request.Media, [.. named.Select(n => n.Pick.Candidate.Pts)], options.Stills, folder, progress, ct).ConfigureAwait(false);
        var crops = await CropSet.WriteAsync(extractor, request, named, options, taken, folder, ct).ConfigureAwait(false);
        var files = ImmutableArray.CreateBuilder<ManifestFile>(named.Length);
        foreach (var ((pick, name), still) in named.Zip(stills))
        {
            var path = Path.Combine(folder, name);
            File.Move(still.Path, path);
            var candidate = pick.Candidate;
            var sidecar = Sidecar(name, options.Xmp);
            if (options.Xmp != XmpPlace.None)
            {
                var packet = XmpPacket.Write(new XmpFacts(candidate, pick.Rank, pick.Reason, origin, tools, request.Ratings.GetValueOrDefault(candidate.Pts)));
                await (sidecar is null ? EmbedAsync(path, options.Format, packet, ct) : File.WriteAllBytesAsync(Path.Combine(folder, sidecar), packet, ct)).ConfigureAwait(false);
            }

            files.Add(new ManifestFile(
                name,
                new FileInfo(path).Length,
                await HashAsync(path, ct).ConfigureAwait(false),
                pick.Rank,
                pick.Reason,
                candidate.Pts.Value,
                candidate.Index,
                Math.Round(candidate.Pts.Seconds, 6),
                candidate.Scores.Where(s => float.IsFinite(s.Value)).ToImmutableSortedDictionary())
            {
                Sidecar = sidecar,
                Crops = crops.TryGetValue(candidate.Pts, out var own) ? own : null,
            });
        }

        var manifest = new Manifest(origin.SourceName, origin.SourceSha256, origin.RunId, origin.RecipeName, time.GetUtcNow(), tools, request.Media.TimeBase.ToString(), files.ToImmutable());
        await WriteTextsAsync(manifest, request, options, folder, ct).ConfigureAwait(false);
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

    private static async Task EmbedAsync(string path, StillFormat format, byte[] packet, CancellationToken ct)
    {
        var file = await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false);
        await File.WriteAllBytesAsync(path, XmpEmbedding.Put(file, format, packet), ct).ConfigureAwait(false);
    }

    private static async Task WriteTextsAsync(Manifest manifest, ExportRequest request, ExportOptions options, string folder, CancellationToken ct)
    {
        var plain = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        await File.WriteAllBytesAsync(Path.Combine(folder, ManifestName), JsonSerializer.SerializeToUtf8Bytes(manifest, Json), ct).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(folder, TableName), FramesCsv.Write(manifest), plain, ct).ConfigureAwait(false);
        if (options.Lines != FrameLines.None)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, FramesJsonl.Name), FramesJsonl.Write(manifest, request, options.Lines), plain, ct).ConfigureAwait(false);
        }
    }
}
