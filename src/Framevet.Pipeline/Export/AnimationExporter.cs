using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>Options of the animation.</summary>
public sealed record AnimationOptions
{
    /// <summary>File format.</summary>
    [Display(Name = "Format", Description = "GIF plays everywhere with 256 colours; WebP has all colours and is smaller.")]
    public AnimationFormat Format { get; init; } = AnimationFormat.Gif;

    /// <summary>Time of each picture.</summary>
    [Display(Name = "Time per picture (ms)", Description = "GIF counts in hundredths of a second.")]
    [Range(20, 10000)]
    public int FrameMilliseconds { get; init; } = 500;

    /// <summary>Long side.</summary>
    [Display(Name = "Long side", Description = "Pixels; pictures are never enlarged.")]
    [Range(16, 4096)]
    public int MaxSide { get; init; } = 480;

    /// <summary>WebP quality.</summary>
    [Display(Name = "WebP quality", Description = "Counts for WebP only.")]
    [Range(1, 100)]
    public int Quality { get; init; } = 80;
}

/// <summary>File formats of animations.</summary>
public enum AnimationFormat
{
    /// <summary>256 colours, chosen for these pictures.</summary>
    Gif,
    /// <summary>All colours.</summary>
    WebP,
}

/// <summary>The picks in the order of time as an endless animation.</summary>
[Part("animation", "Animation", "The picks in the order of time as an animated GIF or WebP.")]
public sealed class AnimationExporter(AnimationOptions options, FrameExtractor extractor) : IExporter
{
    /// <inheritdoc/>
    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var picks = StillOrder.Of(request, byTime: true);
        var stem = $"{FrameNames.Stem(request.Origin.SourceName)}-animation";
        var extension = options.Format == AnimationFormat.Gif ? ".gif" : ".webp";
        var scale = Math.Min(1, options.MaxSide / (double)Math.Max(request.Media.Width, request.Media.Height));
        var (width, height) = (Math.Max(1, (int)Math.Round(request.Media.Width * scale)), Math.Max(1, (int)Math.Round(request.Media.Height * scale)));
        if (request.IsDryRun)
        {
            return StillOrder.Plan(extractor, request, picks.Length, StillSet.FreePath(request.Folder, stem, extension), (long)picks.Length * width * height);
        }

        return await StillOrder.InFolderAsync(request, async work =>
        {
            var stills = await extractor.ExtractAsync(request.Media, [.. picks.Select(p => p.Candidate.Pts)], new StillOptions(SquarePixels: true), work, progress, ct).ConfigureAwait(false);
            for (var i = 0; i < stills.Length; i++)
            {
                File.Move(stills[i].Path, Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"seq-{i:000000}.png")));
            }

            var made = Path.Combine(work, $"made{extension}");
            var size = string.Create(CultureInfo.InvariantCulture, $"scale={width}:{height}:flags=area");
            string[] coding = options.Format == AnimationFormat.Gif
                ? ["-filter_complex", $"{size},format=rgb24,split[a][b];[a]palettegen[p];[b][p]paletteuse", "-f", "gif"]
                : ["-vf", $"{size},format=yuva420p", "-c:v", "libwebp_anim", "-quality", options.Quality.ToString(CultureInfo.InvariantCulture), "-f", "webp"];
            await extractor.Pictures.RunAsync(
                ["-f", "image2", "-framerate", string.Create(CultureInfo.InvariantCulture, $"1000/{options.FrameMilliseconds}"), "-i", Path.Combine(work.Replace("%", "%%", StringComparison.Ordinal), "seq-%06d.png"), .. coding, "-loop", "0", made],
                "The animation could not be written.",
                ct).ConfigureAwait(false);
            return (made, StillSet.FreePath(request.Folder, stem, extension), picks.Length);
        }, ct).ConfigureAwait(false);
    }
}
