using Framevet.Pipeline.Subtitles;

namespace Framevet.Pipeline.Tests.Subtitles;

public sealed class SubtitleParserSpecs
{
    [Fact]
    public void A_file_with_mark_and_windows_line_ends_reads_like_any_other()
    {
        var track = Timed("\uFEFF1\r\n00:00:01,000 --> 00:00:02,500\r\nOne\r\ntwo\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nThree\r\n");

        track.Cues.ShouldBe([Cue(1, 2.5, "One two"), Cue(3, 4, "Three")]);
        track.Skipped.ShouldBe(0);
    }

    [Fact]
    public void Numbers_may_be_missing_negative_or_doubled()
    {
        var track = Timed("00:00:01,000 --> 00:00:02,000\nA\n\n-5\n00:00:03,000 --> 00:00:04,000\nB\n\n-5\n00:00:05,000 --> 00:00:06,000\nC\n");

        track.Cues.Select(c => c.Text).ShouldBe(["A", "B", "C"]);
    }

    [Fact]
    public void Lines_without_an_empty_row_between_are_told_apart() =>
        Timed("1\n00:00:01,000 --> 00:00:02,000\nA\n2\n00:00:03,000 --> 00:00:04,000\nB 2\n").Cues.Select(c => c.Text).ShouldBe(["A", "B 2"]);

    [Fact]
    public void A_bad_line_is_skipped_and_counted_and_the_next_one_is_read()
    {
        var track = Timed("1\n00:00:xx,000 --> 00:00:02,000\nA\n\n2\n00:00:05,000 --> 00:00:04,000\nB\n\n3\n00:61:00,000 --> 01:02:00,000\nC\n\n4\n00:00:06 --> 00:00:07,5\nD\n");

        track.Skipped.ShouldBe(3);
        track.Cues.ShouldBe([Cue(6, 7.5, "D")]);
    }

    [Fact]
    public void Hours_may_have_any_length() =>
        Timed("1\n1000:00:01,000 --> 1000:00:02,000\nLate\n").Cues.ShouldBe([new SubtitleCue(TimeSpan.FromHours(1000) + TimeSpan.FromSeconds(1), TimeSpan.FromHours(1000) + TimeSpan.FromSeconds(2), "Late")]);

    [Fact]
    public void A_time_beyond_all_measure_is_a_bad_line_and_no_crash() =>
        Timed("1\n99999999999:00:01,000 --> 99999999999:00:02,000\nA\n\n2\n2147483647:00:01,000 --> 2147483647:00:02,000\nB\n").Skipped.ShouldBe(2);

    [Fact]
    public void Tags_and_entities_are_no_words() =>
        Timed("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>Dog</i> &amp; <font color=\"#fff\">cat</font> 1 < 2 {so}\n").Cues[0].Text.ShouldBe("Dog & cat 1 < 2 {so}");

    [Fact]
    public void A_web_file_has_a_header_notes_settings_and_short_times()
    {
        var track = Timed("WEBVTT - title\n\nNOTE dog\nin a note\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.000 align:start line:0\n<v Ann>Hello <00:01.500>there\n");

        track.Cues.ShouldBe([Cue(1, 2, "Hello there")]);
    }

    [Fact]
    public void Overlapping_and_unordered_lines_come_by_start() =>
        Timed("1\n00:00:05,000 --> 00:00:09,000\nB\n\n2\n00:00:01,000 --> 00:00:07,000\nA\n").Cues.Select(c => c.Text).ShouldBe(["A", "B"]);

    [Fact]
    public void A_styled_file_takes_its_field_order_from_its_own_format_row()
    {
        var track = SubtitleParser.Parse(
            "[Script Info]\nDialogue: 0,0:00:00.00,0:00:01.00,not an event\n[Events]\nFormat: Start, End, Style, Text\nComment: 0:00:00.00,0:00:01.00,D,no\n"
            + "Dialogue: 0:00:01.50,0:00:02.00,Default,{\\b1}Dog{\\b0},\\Nand cat\nDialogue: bad,0:00:02.00,Default,x\nDialogue: 0:00:03.00,0:00:04.00,D,{\\p1}m 0 0 l 1 1{\\p0}after {\\pos(1,2)}it\n",
            SubtitleFormat.Ass);

        track.Cues.ShouldBe([Cue(1.5, 2, "Dog, and cat"), Cue(3, 4, "after it")]);
        track.Skipped.ShouldBe(1);
    }

    [Fact]
    public void No_text_makes_it_fail()
    {
        const string alphabet = "0123456789:,.-> \n\r<>{}\\pN&;[Events]DialogueFormat";
        var random = new Random(11);
        for (var i = 0; i < 3000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => random.Next(9) == 0 ? "00:00:01,000 --> 00:00:02,000\n" : $"{alphabet[random.Next(alphabet.Length)]}"));

            foreach (var format in Enum.GetValues<SubtitleFormat>())
            {
                SubtitleParser.Parse(text, format).Cues.ShouldAllBe(c => c.End > c.Start);
            }
        }
    }

    [Fact]
    public void Old_files_in_another_encoding_can_be_read()
    {
        SidecarSubtitles.Text([0x47, 0x72, 0xFC, 0xDF, 0x65]).ShouldBe("Grüße");
        SidecarSubtitles.Text([0xFF, 0xFE, 0x41, 0x00]).ShouldBe("A");
        SidecarSubtitles.Text([0xC3, 0xBC]).ShouldBe("ü");
    }

    private static SubtitleTrack Timed(string text) => SubtitleParser.Parse(text, SubtitleFormat.Timed);

    private static SubtitleCue Cue(double start, double end, string text) => new(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(end), text);
}
