using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Framevet.Pipeline.Export;

/// <summary>A page: a JPEG as it is, and a line of text below it.</summary>
internal sealed record PdfPage(byte[] Jpeg, int Width, int Height, string Text);

/// <summary>
/// Writes PDF 1.4 (ISO 32000-1, 7.5): JPEG pictures with DCTDecode, one per page, and a line of text in Helvetica, which every reader has. Letters beyond Latin-1 become question marks.
/// </summary>
internal static class PdfPages
{
    /// <summary>Width of a page and height of its foot in points (1/72 inch).</summary>
    private const double PageWidth = 595, Foot = 24;

    /// <summary>The document.</summary>
    public static byte[] Write(string title, ImmutableArray<PdfPage> pages, DateTimeOffset at)
    {
        var file = new MemoryStream();
        var places = new List<long>();
        Text(file, "%PDF-1.4\n%\u00E2\u00E3\u00CF\u00D3\n");
        Begin(file, places, "<< /Type /Catalog /Pages 2 0 R >>");
        Begin(file, places, $"<< /Type /Pages /Count {pages.Length} /Kids [{string.Join(' ', pages.Select((_, i) => $"{4 + (i * 3)} 0 R"))}] >>");
        Begin(file, places, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        for (var i = 0; i < pages.Length; i++)
        {
            WritePage(file, places, pages[i], 4 + (i * 3));
        }

        Begin(file, places, string.Create(CultureInfo.InvariantCulture, $"<< /Title ({Escaped(title)}) /Producer (Framevet) /CreationDate (D:{at.UtcDateTime:yyyyMMddHHmmss}Z) >>"));
        var xref = file.Length;
        Text(file, string.Create(CultureInfo.InvariantCulture, $"xref\n0 {places.Count + 1}\n0000000000 65535 f \n"));
        places.ForEach(p => Text(file, string.Create(CultureInfo.InvariantCulture, $"{p:0000000000} 00000 n \n")));
        Text(file, string.Create(CultureInfo.InvariantCulture, $"trailer\n<< /Size {places.Count + 1} /Root 1 0 R /Info {places.Count} 0 R >>\nstartxref\n{xref}\n%%EOF\n"));
        return file.ToArray();
    }

    private static void WritePage(MemoryStream file, List<long> places, PdfPage page, int number)
    {
        var height = PageWidth * page.Height / page.Width;
        Begin(file, places, string.Create(CultureInfo.InvariantCulture,
            $"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PageWidth:0.##} {height + Foot:0.##}] /Contents {number + 1} 0 R /Resources << /Font << /F1 3 0 R >> /XObject << /P {number + 2} 0 R >> >> >>"));
        var content = string.Create(CultureInfo.InvariantCulture, $"q {PageWidth:0.##} 0 0 {height:0.##} 0 {Foot:0.##} cm /P Do Q\nBT /F1 9 Tf 12 8 Td ({Escaped(page.Text)}) Tj ET\n");
        Begin(file, places, string.Create(CultureInfo.InvariantCulture, $"<< /Length {Encoding.Latin1.GetByteCount(content)} >>"), Encoding.Latin1.GetBytes(content));
        Begin(file, places, string.Create(CultureInfo.InvariantCulture,
            $"<< /Type /XObject /Subtype /Image /Width {page.Width} /Height {page.Height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length {page.Jpeg.Length} >>"), page.Jpeg);
    }

    private static void Begin(MemoryStream file, List<long> places, string dictionary, byte[]? stream = null)
    {
        places.Add(file.Length);
        Text(file, string.Create(CultureInfo.InvariantCulture, $"{places.Count} 0 obj\n{dictionary}\n"));
        if (stream is not null)
        {
            Text(file, "stream\n");
            file.Write(stream);
            Text(file, "\nendstream\n");
        }

        Text(file, "endobj\n");
    }

    private static void Text(MemoryStream file, string text) => file.Write(Encoding.Latin1.GetBytes(text));

    private static string Escaped(string text) => string.Concat(text.Where(c => !char.IsControl(c)).Select(c => c is '(' or ')' or '\\' ? $"\\{c}" : c > 255 ? "?" : c.ToString()));
}
