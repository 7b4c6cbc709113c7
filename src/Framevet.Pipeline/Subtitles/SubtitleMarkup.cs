using System.Net;
using System.Text;

namespace Framevet.Pipeline.Subtitles;

/// <summary>Takes the markup out of subtitle text, so that words are words.</summary>
internal static class SubtitleMarkup
{
    // A longer run between angle brackets is text with a lost bracket.
    private const int LongestTag = 300;

    /// <summary>Text of SRT and WebVTT: tags (<c>&lt;i&gt;</c>, <c>&lt;v Ann&gt;</c>), ASS overrides that some tools leave (<c>{\an8}</c>) and entities go; rows are joined by a space.</summary>
    public static string Plain(string text) => Tidy(WebUtility.HtmlDecode(Without(Without(text, '<', '>', IsTag), '{', '}', c => c == '\\')));

    /// <summary>Text of ASS and SSA: override blocks go, drawings (between <c>{\p1}</c> and <c>{\p0}</c>) too, and the breaks <c>\N</c>, <c>\n</c>, <c>\h</c> become spaces.</summary>
    public static string PlainAss(string text)
    {
        var plain = new StringBuilder();
        var isDrawing = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '{' && text.IndexOf('}', at) is var end and > 0)
            {
                isDrawing = Drawing(text.AsSpan(at + 1, end - at - 1)) ?? isDrawing;
                at = end;
            }
            else if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is 'N' or 'n' or 'h')
            {
                plain.Append(' ');
                at++;
            }
            else if (!isDrawing)
            {
                plain.Append(text[at]);
            }
        }

        return Tidy(plain.ToString());
    }

    /// <summary>Whether an override block switches drawing on or off; null when it says nothing of it. <c>\pos</c> and <c>\pbo</c> are other words.</summary>
    private static bool? Drawing(ReadOnlySpan<char> block)
    {
        bool? answer = null;
        for (var at = block.IndexOf("\\p"); at >= 0 && at + 2 < block.Length;)
        {
            answer = char.IsAsciiDigit(block[at + 2]) ? block[at + 2] != '0' : answer;
            var next = block[(at + 2)..].IndexOf("\\p");
            at = next < 0 ? -1 : at + 2 + next;
        }

        return answer;
    }

    // What follows a bracket decides whether it opens a tag: "a < b" is text. WebVTT also has time stamps as tags.
    private static bool IsTag(char next) => char.IsAsciiLetterOrDigit(next) || next is '/' or '!';

    private static string Without(string text, char open, char close, Func<char, bool> isMarkup)
    {
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == open && at + 1 < text.Length && isMarkup(text[at + 1])
                && text.AsSpan(at, Math.Min(LongestTag, text.Length - at)).IndexOf(close) is var length and > 0)
            {
                at += length;
            }
            else
            {
                plain.Append(text[at]);
            }
        }

        return plain.ToString();
    }

    private static string Tidy(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
