using System.Text;

namespace Framevet.Pipeline.Probe;

/// <summary>Says what a file is that is no media. Playlists, scripts and markup are refused by name: some demuxers would follow them to other files or the network.</summary>
internal static class Disguise
{
    public static VettingException Describe(byte[] head, string name)
    {
        // The excerpt may end in the middle of a character.
        var text = Encoding.UTF8.GetString(head).TrimEnd('\uFFFD').TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (Begins(text, "#EXTM3U"))
        {
            return Refused(name, "a playlist (M3U)");
        }

        if (Begins(text, "ffconcat"))
        {
            return Refused(name, "an ffmpeg concat script");
        }

        if (Begins(text, "<svg") || (text.StartsWith('<') && text.Contains("<svg", StringComparison.OrdinalIgnoreCase)))
        {
            return Refused(name, "an SVG drawing");
        }

        if (Begins(text, "<!doctype html") || Begins(text, "<html"))
        {
            return Refused(name, "an HTML page");
        }

        if (Begins(text, "<?xml") || text.StartsWith("<MPD", StringComparison.Ordinal))
        {
            return Refused(name, "an XML document");
        }

        return new VettingException(FailureCode.UnsupportedMedia, $"{name} is {What(head, text)}, not a picture or video.");
    }

    private static string What(byte[] head, string text) => head switch
    {
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF document",
        [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive or office document",
        [0x1F, 0x8B, ..] => "a gzip archive",
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] or [(byte)'M', (byte)'Z', ..] => "a program",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "a HEIF or AVIF picture (not supported)",
        _ when IsText(head, text) => "a text file",
        _ => "a file of unknown format",
    };

    private static bool IsText(byte[] head, string text) => !head.Contains((byte)0) && !text.Contains('\uFFFD', StringComparison.Ordinal) && !text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n' or '\f'));

    private static bool Begins(string text, string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    private static VettingException Refused(string name, string what) => new(FailureCode.SourceRefused, $"{name} is {what}, not a picture or video.");
}
