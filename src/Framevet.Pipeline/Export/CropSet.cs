using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>Crops beside the stills: cut from the source's own pixels, not from the still, so that nothing is encoded twice.</summary>
internal static class CropSet
{
    /// <summary>Writes the crops of every pick and returns them by stamp; empty when none are asked for.</summary>
    public static async Task<Dictionary<Pts, ImmutableArray<ManifestCrop>>> WriteAsync(
        FrameExtractor extractor, ExportRequest request, ImmutableArray<(Pick Pick, string Name)> named, ExportOptions options, HashSet<string> taken, string folder, CancellationToken ct)
    {
        var made = new Dictionary<Pts, ImmutableArray<ManifestCrop>>();
        foreach (var ratio in options.Ratios)
        {
            foreach (var group in named.GroupBy(n => Box(request, options, n.Pick.Candidate.Pts, ratio)))
            {
                var stills = await extractor.ExtractAsync(request.Media, [.. group.Select(n => n.Pick.Candidate.Pts)], options.Stills with { Crop = group.Key }, folder, new Silent(), ct).ConfigureAwait(false);
                foreach (var ((pick, name), still) in group.Zip(stills))
                {
                    var crop = NameTemplate.Free(Name(name, ratio), taken);
                    var path = Path.Combine(folder, crop);
                    File.Move(still.Path, path);
                    var (x, y, width, height) = (group.Key.X, group.Key.Y, group.Key.Width, group.Key.Height);
                    var entry = new ManifestCrop(crop, new FileInfo(path).Length, await StillSet.HashAsync(path, ct).ConfigureAwait(false), ratio.ToString(), x, y, width, height);
                    made[pick.Candidate.Pts] = made.TryGetValue(pick.Candidate.Pts, out var others) ? others.Add(entry) : [entry];
                }
            }
        }

        return made;
    }

    /// <summary>The still's name with the ratio before its ending.</summary>
    public static string Name(string still, AspectRatio ratio) => $"{Path.GetFileNameWithoutExtension(still)}_{ratio.Word}{Path.GetExtension(still)}";

    private static CropBox Box(ExportRequest request, ExportOptions options, Pts pts, AspectRatio ratio)
    {
        var frame = StillFilters.Layout(request.Media, options.Stills);
        return request.Subjects.TryGetValue(pts, out var subject)
            ? CropSolver.Around(frame.Width, frame.Height, Scaled(subject, frame.Width / (double)StillFilters.Layout(request.Media, options.Stills with { MaxSide = 0 }).Width), options.CropPadding, ratio)
            : CropSolver.Centred(frame.Width, frame.Height, ratio);
    }

    private static CropBox Scaled(CropBox box, double by) => by >= 1 ? box
        : new CropBox((int)(box.X * by), (int)(box.Y * by), Math.Max(1, (int)Math.Round(box.Width * by)), Math.Max(1, (int)Math.Round(box.Height * by)));

    private sealed class Silent : IProgress<double>
    {
        public void Report(double value)
        {
        }
    }
}
