using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>A picture of a dataset. <paramref name="Id"/> counts from 1; <paramref name="Name"/> is its file name without folder; sizes in pixels as written.</summary>
internal sealed record DatasetImage(int Id, string Name, int Width, int Height, Pick Pick, FrameRating? Rating, ImmutableArray<DatasetBox> Boxes);

/// <summary>A box inside the picture, relative 0..1 from the top left corner; <paramref name="Certainty"/> 0..1.</summary>
internal sealed record DatasetBox(string Label, float Certainty, double Left, double Top, double Width, double Height);

/// <summary>What exporters of datasets share: stills in a folder of the archive, and the boxes that models found in them.</summary>
internal static class DatasetFiles
{
    /// <summary>Label of a face in every dataset.</summary>
    public const string Face = "face";

    /// <summary>Label of the area of people.</summary>
    public const string Person = "person";

    /// <summary>JSON as other programs expect it: names as they stand, unknown is null.</summary>
    public static JsonSerializerOptions Json { get; } = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes stills into <paramref name="folder"/> of the archive, and beside them what <paramref name="describe"/> makes of them, by name within the archive.</summary>
    public static async Task<ExportedFile> WriteAsync(
        FrameExtractor extractor, ExportRequest request, DatasetOptions options, string kind, string folder, Func<ImmutableArray<DatasetImage>, DateTimeOffset, IEnumerable<(string Name, string Text)>> describe,
        TimeProvider time, IProgress<double> progress, CancellationToken ct)
    {
        var stem = $"{FrameNames.Stem(request.Origin.SourceName)}-{kind}";
        var stills = options.Stills;
        if (request.IsDryRun)
        {
            return DryRun.Of(extractor, request, stills, StillSet.FreePath(request.Folder, stem, ".zip"), isPacked: true);
        }

        DiskSpace.Require(extractor.FreeBytes, request.Folder, DiskSpace.Of(request.Media, request.Picks.Length, stills, isPacked: !request.KeepsPieces));
        var work = Directory.CreateDirectory(Path.Combine(request.Folder, $".{Guid.NewGuid():N}")).FullName;
        var isKept = false;
        try
        {
            var pictures = Directory.CreateDirectory(Path.Combine(work, folder)).FullName;
            var manifest = await StillSet.WriteAsync(extractor, request, stills, pictures, time, progress, ct).ConfigureAwait(false);
            var names = new List<string>();
            foreach (var text in StillSet.Texts(stills))
            {
                File.Move(Path.Combine(pictures, text), Path.Combine(work, text));
                names.Add(text);
            }

            var images = Images(request, options, manifest, pictures);
            foreach (var (name, text) in describe(images, manifest.WrittenAt))
            {
                var path = Path.Combine(work, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), ct).ConfigureAwait(false);
                names.Add(name);
            }

            var made = await PiecePack.PackAsync(request, work, [.. names, .. images.Select(i => $"{folder}/{i.Name}")], stem, manifest.WrittenAt, images.Length, ct).ConfigureAwait(false);
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

    private static ImmutableArray<DatasetImage> Images(ExportRequest request, DatasetOptions options, Manifest manifest, string pictures)
    {
        var picks = request.Picks.ToDictionary(p => p.Candidate.Pts.Value);
        var images = ImmutableArray.CreateBuilder<DatasetImage>();
        foreach (var file in manifest.Files)
        {
            using var stream = File.OpenRead(Path.Combine(pictures, file.Name));
            var header = MediaHeader.Read(stream, file.Name);
            var pick = picks[file.Pts];
            images.Add(new DatasetImage(images.Count + 1, file.Name, header.Width!.Value, header.Height!.Value, pick, request.Ratings.GetValueOrDefault(pick.Candidate.Pts), Boxes(pick.Candidate.Detections, options)));
        }

        return images.ToImmutable();
    }

    private static ImmutableArray<DatasetBox> Boxes(FrameDetections? found, DatasetOptions options)
    {
        var faces = options.Faces ? found?.Faces ?? [] : [];
        var things = options.Objects ? found?.Objects ?? [] : [];
        return [.. faces.Select(f => Inside(Face, f.Score, f.Box)).Concat(things.Select(o => Inside(o.Label, o.Score, o.Box))).OfType<DatasetBox>().Where(b => b.Certainty >= options.MinScore)];
    }

    // Detectors may point beyond the frame; datasets may not. What lies outside altogether is no box.
    private static DatasetBox? Inside(string label, float certainty, MarkBox box)
    {
        var (left, top) = (Math.Clamp(box.Left, 0d, 1), Math.Clamp(box.Top, 0d, 1));
        var (right, bottom) = (Math.Clamp((double)box.Left + box.Width, 0, 1), Math.Clamp((double)box.Top + box.Height, 0, 1));
        return right > left && bottom > top ? new DatasetBox(label, certainty, left, top, right - left, bottom - top) : null;
    }
}
