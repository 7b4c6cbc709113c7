using System.Text;
using QRCoder;

namespace Framevet.Web.Identity;

/// <summary>A QR code as the path of an SVG: one unit per module, with the quiet border that scanners need.</summary>
internal static class QrPicture
{
    /// <summary>Draws a text.</summary>
    public static QrPath PathOf(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var path = new StringBuilder();
        var rows = code.ModuleMatrix;
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                if (rows[y][x])
                {
                    path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
                }
            }
        }

        return new QrPath(rows.Count, path.ToString());
    }
}

/// <summary>Side in modules, border included, and the <c>d</c> of the dark ones.</summary>
internal sealed record QrPath(int Side, string Path);
