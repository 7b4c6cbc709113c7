using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>Draws one page of small pictures with captions below them. Pure.</summary>
internal static class ContactSheet
{
    private const int Gap = 8;
    private const byte Paper = 24, Ink = 230;

    /// <summary>Width of one picture.</summary>
    public static int CellWidth(ContactSheetOptions options) => Math.Max(8, (options.Width - ((options.Columns + 1) * Gap)) / options.Columns);

    /// <summary>The page: as wide as asked for, as high as its rows. Pictures must be no wider than a cell; they stand in the middle of theirs.</summary>
    public static RgbImage Draw(ContactSheetOptions options, IReadOnlyList<(RgbImage Picture, string Caption)> cells)
    {
        var width = CellWidth(options);
        var height = cells.Max(c => c.Picture.Height);
        var scale = Math.Clamp(width / 180, 1, 4);
        var line = cells.Any(c => c.Caption.Length > 0) ? (BitmapFont.Height * scale) + (2 * scale) : 0;
        var rows = (cells.Count + options.Columns - 1) / options.Columns;
        var page = new RgbImage(options.Width, Gap + (rows * (height + line + Gap)), new byte[options.Width * (Gap + (rows * (height + line + Gap))) * 3]);
        page.Pixels.AsSpan().Fill(Paper);
        for (var i = 0; i < cells.Count; i++)
        {
            var (picture, caption) = cells[i];
            var left = Gap + (i % options.Columns * (width + Gap));
            var top = Gap + (i / options.Columns * (height + line + Gap));
            RgbScaler.Paste(picture, page, left + ((width - picture.Width) / 2), top + ((height - picture.Height) / 2));
            BitmapFont.Draw(page, BitmapFont.Fit(caption, width, scale), left, top + height + scale, scale, Ink);
        }

        return page;
    }
}
