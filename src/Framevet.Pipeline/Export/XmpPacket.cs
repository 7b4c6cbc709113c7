using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Export;

/// <summary>What an exported still says of itself in XMP.</summary>
internal sealed record XmpFacts(Candidate Frame, int Rank, string Reason, ExportOrigin Origin, ImmutableArray<string> Tools, FrameRating? Rating = null);

/// <summary>
/// An XMP packet (ISO 16684-1): stars, label and tags in the properties that photo programs read, scores and source in a namespace of our own.
/// What a curator said goes before what follows from the score; rejected by a curator is written as rating -1, as Adobe's programs do, otherwise a pick is never rejected.
/// </summary>
internal static class XmpPacket
{
    /// <summary>Our own properties.</summary>
    public static readonly XNamespace Own = "urn:framevet:xmp:1.0/";

    private static readonly XNamespace Meta = "adobe:ns:meta/";
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace Xmp = "http://ns.adobe.com/xap/1.0/";
    private static readonly XNamespace Dc = "http://purl.org/dc/elements/1.1/";

    private static readonly int[] Cuts = [20, 40, 60, 80, 90];

    /// <summary>Stars 0..5: how many of 20, 40, 60, 80 and 90 the score reaches; null when there is no score.</summary>
    public static int? Stars(float? score) => score is { } s ? Cuts.Count(c => s >= c) : null;

    /// <summary>Green = allowed, yellow = in doubt, red = blocked; null when nobody judged the frame.</summary>
    public static string? Label(Decision? decision) => decision switch
    {
        Decision.Allow => "Green",
        Decision.Block => "Red",
        null => null,
        _ => "Yellow",
    };

    /// <summary>The packet as UTF-8, with the wrapper that lets programs find it inside a file.</summary>
    public static byte[] Write(XmpFacts facts)
    {
        var frame = facts.Frame;
        var about = new XElement(Rdf + "Description", new XAttribute(Rdf + "about", ""),
            new XAttribute(XNamespace.Xmlns + "xmp", Xmp), new XAttribute(XNamespace.Xmlns + "dc", Dc), new XAttribute(XNamespace.Xmlns + "framevet", Own));
        if ((facts.Rating is { Mark: false } ? -1 : facts.Rating?.Stars ?? Stars(frame.Score("quality"))) is { } stars)
        {
            about.Add(new XElement(Xmp + "Rating", stars));
        }

        if ((facts.Rating?.Colour is { Length: > 0 } colour ? Clean(colour) : Label(frame.Judgement?.Verdict.Decision)) is { } label)
        {
            about.Add(new XElement(Xmp + "Label", label));
        }

        about.Add(
            new XElement(Xmp + "CreatorTool", facts.Tools.FirstOrDefault() ?? "framevet"),
            new XElement(Dc + "subject", Bag(["framevet", facts.Origin.RecipeName, .. facts.Rating?.Tags ?? []])),
            new XElement(Own + "Source", Clean(facts.Origin.SourceName)),
            new XElement(Own + "SourceSha256", facts.Origin.SourceSha256),
            new XElement(Own + "Run", facts.Origin.RunId),
            new XElement(Own + "Pts", frame.Pts.Value),
            new XElement(Own + "TimeBase", frame.Pts.TimeBase.ToString()),
            new XElement(Own + "Frame", frame.Index),
            new XElement(Own + "Seconds", Math.Round(frame.Pts.Seconds, 6)),
            new XElement(Own + "Rank", facts.Rank),
            new XElement(Own + "Reason", Clean(facts.Reason)),
            new XElement(Own + "Tools", Bag(facts.Tools)),
            new XElement(Own + "Models", Bag(facts.Origin.Models)),
            new XElement(Own + "Scores", Bag(frame.Scores.Where(s => float.IsFinite(s.Value)).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}={s.Value:0.######}")))));
        var meta = new XElement(Meta + "xmpmeta", new XAttribute(XNamespace.Xmlns + "x", Meta), new XElement(Rdf + "RDF", new XAttribute(XNamespace.Xmlns + "rdf", Rdf), about));
        return Encoding.UTF8.GetBytes($"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n{meta.ToString(SaveOptions.None)}\n<?xpacket end=\"w\"?>");
    }

    private static XElement Bag(IEnumerable<string> values) => new(Rdf + "Bag", values.Select(v => new XElement(Rdf + "li", Clean(v))));

    /// <summary>Without the characters that XML cannot hold at all.</summary>
    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Where(r => r.Value is '\t' or '\n' or (>= 0x20 and not 0xFFFE and not 0xFFFF)).Select(r => r.ToString()));
}
