namespace Framevet.Pipeline.Subtitles;

/// <summary>Formats of side-car files.</summary>
internal enum SubtitleFormat
{
    /// <summary>SubRip and WebVTT: blocks of a time line and text.</summary>
    Timed,
    /// <summary>Advanced SubStation Alpha and its predecessor: fields separated by commas.</summary>
    Ass,
}

/// <summary>Reads subtitle text. Pure and forgiving: a line that cannot be read is skipped and counted, the next one is read. Never throws for its content.</summary>
internal static class SubtitleParser
{
    private const string Arrow = "-->";

    /// <summary>The lines, by start; those of equal start in the order of the file.</summary>
    public static SubtitleTrack Parse(string text, SubtitleFormat format)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rows = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        var track = new Collected();
        if (format == SubtitleFormat.Ass)
        {
            ReadAss(rows, track);
        }
        else
        {
            ReadTimed(rows, track);
        }

        return new SubtitleTrack([.. track.Cues.OrderBy(c => c.Start)], track.Skipped);
    }

    /// <summary>
    /// SubRip and WebVTT. A row with an arrow begins a line, an empty row ends it; numbers and names above the arrow mean nothing, so that missing, negative or doubled ones do no
    /// harm. What stands before the first arrow or between blocks (header, NOTE, STYLE, REGION) is not text.
    /// </summary>
    private static void ReadTimed(string[] rows, Collected track)
    {
        for (var at = 0; at < rows.Length; at++)
        {
            var arrow = rows[at].IndexOf(Arrow, StringComparison.Ordinal);
            if (arrow < 0)
            {
                continue;
            }

            // Settings may follow the end time (WebVTT; SubRip has coordinates there).
            var after = rows[at].AsSpan(arrow + Arrow.Length).Trim();
            var space = after.IndexOfAny(' ', '\t');
            var (start, end) = (SubtitleClock.Read(rows[at].AsSpan(0, arrow)), SubtitleClock.Read(space < 0 ? after : after[..space]));
            var text = new List<string>();
            while (at + 1 < rows.Length && !string.IsNullOrWhiteSpace(rows[at + 1]) && !BeginsNext(rows, at + 1))
            {
                text.Add(rows[++at]);
            }

            track.Add(start, end, SubtitleMarkup.Plain(string.Join(' ', text)));
        }
    }

    // Files without empty rows: the next arrow, or a number right above it.
    private static bool BeginsNext(string[] rows, int at) =>
        rows[at].Contains(Arrow, StringComparison.Ordinal)
        || (at + 1 < rows.Length && rows[at + 1].Contains(Arrow, StringComparison.Ordinal) && long.TryParse(rows[at].Trim(), out _));

    /// <summary>The dialogue rows of the events section; its Format row tells the order of the fields, the text being the last, commas and all.</summary>
    private static void ReadAss(string[] rows, Collected track)
    {
        var isEvents = false;
        string[] fields = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"];
        foreach (var row in rows)
        {
            if (row.StartsWith('['))
            {
                isEvents = row.Trim().Equals("[Events]", StringComparison.OrdinalIgnoreCase);
            }
            else if (isEvents && After(row, "Format:") is { } format)
            {
                fields = [.. format.Split(',').Select(f => f.Trim().ToLowerInvariant())];
            }
            else if (isEvents && After(row, "Dialogue:") is { } dialogue)
            {
                var values = dialogue.Split(',', fields.Length);
                string? Field(string name) => Array.IndexOf(fields, name) is var i and >= 0 && i < values.Length ? values[i] : null;
                track.Add(SubtitleClock.Read(Field("start")), SubtitleClock.Read(Field("end")), SubtitleMarkup.PlainAss(Field("text") ?? ""));
            }
        }
    }

    private static string? After(string row, string word) => row.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? row[word.Length..] : null;

    private sealed class Collected
    {
        public List<SubtitleCue> Cues { get; } = [];

        public int Skipped { get; private set; }

        public void Add(TimeSpan? start, TimeSpan? end, string text)
        {
            if (start is not { } from || end is not { } to || to <= from)
            {
                Skipped++;
            }
            else if (text.Length > 0)
            {
                Cues.Add(new SubtitleCue(from, to, text));
            }
        }
    }
}
