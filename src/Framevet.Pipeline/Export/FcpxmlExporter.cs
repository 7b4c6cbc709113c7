using System.Globalization;
using System.Xml.Linq;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>
/// The picks as markers on a clip of the whole source in a project of Final Cut Pro (FCPXML 1.8, which other editors read, too). Times are whole frames of one rate, as fractions of a second; the
/// PTS of a frame stands in the note of its marker.
/// </summary>
[Part("fcpxml", "FCPXML markers", "The picks as markers in a Final Cut Pro project.")]
public sealed class FcpxmlExporter : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return TextFile.WriteAsync(request, "markers", ".fcpxml", () => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE fcpxml>\n{Document(request)}\n", progress, ct);
    }

    private static XElement Document(ExportRequest request)
    {
        var rate = Timecode.RateOf(request.Media);
        var frame = FrameDuration(rate);
        var picks = StillOrder.Of(request, byTime: true);
        var last = Timecode.Of(request.Media, picks[^1].Candidate.Pts).Frame + 1;
        var length = request.Media.Duration is { } duration ? Math.Max(last, (long)Math.Round(duration.TotalSeconds * rate)) : last;
        var name = Clean(request.Origin.SourceName);
        return new XElement("fcpxml", new XAttribute("version", "1.8"),
            new XElement("resources",
                new XElement("format", new XAttribute("id", "r1"), new XAttribute("frameDuration", Time(1, frame)), Size("width", request.Media.Width), Size("height", request.Media.Height)),
                new XElement("asset", new XAttribute("id", "r2"), new XAttribute("name", name), new XAttribute("src", "./" + Uri.EscapeDataString(name)), new XAttribute("start", "0s"),
                    new XAttribute("duration", Time(length, frame)), new XAttribute("hasVideo", "1"), new XAttribute("format", "r1"))),
            new XElement("library", new XElement("event", new XAttribute("name", "Framevet"), new XElement("project", new XAttribute("name", name),
                new XElement("sequence", new XAttribute("format", "r1"), new XAttribute("duration", Time(length, frame)), new XAttribute("tcStart", "0s"), new XAttribute("tcFormat", "NDF"),
                    new XElement("spine", new XElement("asset-clip", new XAttribute("ref", "r2"), new XAttribute("name", name), new XAttribute("offset", "0s"), new XAttribute("start", "0s"),
                        new XAttribute("duration", Time(length, frame)), picks.Select(p => Marker(request, p, frame)))))))));
    }

    private static XElement Marker(ExportRequest request, Pick pick, (long Num, long Den) frame)
    {
        var at = pick.Candidate;
        return new XElement("marker", new XAttribute("start", Time(Timecode.Of(request.Media, at.Pts).Frame, frame)), new XAttribute("duration", Time(1, frame)),
            new XAttribute("value", Clean(string.Create(CultureInfo.InvariantCulture, $"#{pick.Rank} {pick.Reason}"))),
            new XAttribute("note", string.Create(CultureInfo.InvariantCulture, $"PTS {at.Pts.Value} in {at.Pts.TimeBase}, frame {at.Index}")));
    }

    private static XAttribute? Size(string name, int pixels) => pixels > 0 ? new XAttribute(name, pixels) : null;

    // Rates of television are a thousandth slower than they are called: 29.97 is 30000/1001.
    private static (long Num, long Den) FrameDuration(double rate)
    {
        var nominal = (long)Math.Round(rate);
        return Math.Abs(rate - nominal) < 0.0005 ? (1, nominal)
            : Math.Abs(rate - (nominal * 1000.0 / 1001)) < 0.005 ? (1001, nominal * 1000)
            : (1000, (long)Math.Round(rate * 1000));
    }

    private static string Time(long frames, (long Num, long Den) frame) => frames == 0 ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{frames * frame.Num}/{frame.Den}s");

    private static string Clean(string text) => string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\uFFFE' or '\uFFFF')));
}
