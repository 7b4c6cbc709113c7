using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.IO.Compression;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>Options of the contact sheet.</summary>
public sealed record ContactSheetOptions
{
    /// <summary>File format.</summary>
    [Display(Name = "Format", Description = "JPEG is small, PNG is lossless, PDF has all pages in one document.")]
    public SheetFormat Format { get; init; } = SheetFormat.Jpeg;

    /// <summary>JPEG quality.</summary>
    [Display(Name = "JPEG quality", Description = "Counts for JPEG and PDF.")]
    [Range(1, 100)]
    public int Quality { get; init; } = 90;

    /// <summary>Pictures per row.</summary>
    [Display(Name = "Columns", Description = "Pictures per row.")]
    [Range(1, 20)]
    public int Columns { get; init; } = 4;

    /// <summary>Rows of a page.</summary>
    [Display(Name = "Rows per page", Description = "More pictures go to further pages, which come in a zip unless it is a PDF; 0 = all on one page.")]
    [Range(0, 100)]
    public int Rows { get; init; } = 6;

    /// <summary>Width of a page.</summary>
    [Display(Name = "Page width", Description = "Pixels.")]
    [Range(200, 10000)]
    public int Width { get; init; } = 1920;

    /// <summary>Captions.</summary>
    [Display(Name = "Captions", Description = "Rank, time and quality below each picture.")]
    public bool Captions { get; init; } = true;

    /// <summary>Order on the page.</summary>
    [Display(Name = "By time", Description = "In the order of time instead of rank.")]
    public bool ByTime { get; init; }
}

/// <summary>File formats of contact sheets.</summary>
public enum SheetFormat
{
    /// <summary>Small.</summary>
    Jpeg,
    /// <summary>Lossless.</summary>
    Png,
    /// <summary>One document with all pages, for printing.</summary>
    Pdf,
}

/// <summary>The picks on one or more pages, each with its rank, time and score. One page is a picture, several come in a zip; a PDF has them all.</summary>
[Part("contact-sheet", "Contact sheet", "All picks small on a page, each with rank, time and score.")]
public sealed class ContactSheetExporter(ContactSheetOptions options, FrameExtractor extractor, TimeProvider time) : IExporter
{
    /// <inheritdoc/>
    public async Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var picks = StillOrder.Of(request, options.ByTime);
        Pick[][] pages = [.. picks.Chunk(options.Rows == 0 ? picks.Length : options.Rows * options.Columns)];
        var stem = $"{FrameNames.Stem(request.Origin.SourceName)}-sheet";
        var extension = pages.Length > 1 && options.Format != SheetFormat.Pdf ? ".zip" : Ending;
        if (request.IsDryRun)
        {
            return StillOrder.Plan(extractor, request, picks.Length, StillSet.FreePath(request.Folder, stem, extension), (long)pages.Length * options.Width * options.Width);
        }

        return await StillOrder.InFolderAsync(request, async work =>
        {
            var stills = await extractor.ExtractAsync(request.Media, [.. picks.Select(p => p.Candidate.Pts)], new StillOptions(StillFormat.Jpeg, 95, SquarePixels: true), work, progress, ct).ConfigureAwait(false);
            if (options.Format == SheetFormat.Pdf)
            {
                return (await PdfAsync(request, pages, stills, work, ct).ConfigureAwait(false), StillSet.FreePath(request.Folder, stem, extension), picks.Length);
            }

            var files = new List<string>();
            var next = 0;
            foreach (var page in pages)
            {
                var drawn = ContactSheet.Draw(options, [.. page.Select(p => (Small(stills[next++].Path), Caption(p)))]);
                var path = Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"page-{files.Count + 1:00}{Ending}"));
                await File.WriteAllBytesAsync(path, options.Format == SheetFormat.Png ? PngPicture.Write(drawn) : extractor.Jpeg.Encode(drawn, options.Quality), ct).ConfigureAwait(false);
                files.Add(path);
            }

            return (files.Count == 1 ? files[0] : await ZipAsync(files, work, ct).ConfigureAwait(false), StillSet.FreePath(request.Folder, stem, extension), picks.Length);
        }, ct).ConfigureAwait(false);
    }

    private string Ending => options.Format switch { SheetFormat.Png => ".png", SheetFormat.Pdf => ".pdf", _ => ".jpg" };

    private async Task<string> PdfAsync(ExportRequest request, Pick[][] pages, ImmutableArray<ExtractedStill> stills, string work, CancellationToken ct)
    {
        var made = ImmutableArray.CreateBuilder<PdfPage>(pages.Length);
        var next = 0;
        foreach (var page in pages)
        {
            var drawn = ContactSheet.Draw(options, [.. page.Select(p => (Small(stills[next++].Path), Caption(p)))]);
            var foot = string.Create(CultureInfo.InvariantCulture, $"{request.Origin.SourceName} - page {made.Count + 1} of {pages.Length} - {request.Origin.RecipeName}");
            made.Add(new PdfPage(extractor.Jpeg.Encode(drawn, options.Quality), drawn.Width, drawn.Height, foot));
        }

        var path = Path.Combine(work, "sheet.pdf");
        await File.WriteAllBytesAsync(path, PdfPages.Write(request.Origin.SourceName, made.ToImmutable(), time.GetUtcNow()), ct).ConfigureAwait(false);
        return path;
    }

    private RgbImage Small(string path)
    {
        var cell = ContactSheet.CellWidth(options);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);

        // The decoder's own scaling first, to no less than twice the cell: exact averaging then has little to do.
        return RgbScaler.Within(extractor.Jpeg.Decode(bytes, Math.Max(cell * 4, 64)), cell, cell * 4);
    }

    private string Caption(Pick pick)
    {
        if (!options.Captions)
        {
            return "";
        }

        var time = pick.Candidate.Pts.Time.Duration();
        var quality = pick.Candidate.Score("quality") is { } q ? string.Create(CultureInfo.InvariantCulture, $"  Q{q:0.0}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"#{pick.Rank}  {(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds:000}{quality}");
    }

    private static async Task<string> ZipAsync(List<string> files, string work, CancellationToken ct)
    {
        var path = Path.Combine(work, "sheet.zip");
        var zip = await ZipFile.OpenAsync(path, ZipArchiveMode.Create, ct).ConfigureAwait(false);
        await using (zip.ConfigureAwait(false))
        {
            foreach (var file in files)
            {
                await zip.CreateEntryFromFileAsync(file, Path.GetFileName(file), CompressionLevel.NoCompression, ct).ConfigureAwait(false);
            }
        }

        return path;
    }
}
