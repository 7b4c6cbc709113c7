using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Subtitles;

namespace Framevet.Pipeline.Tests.Subtitles;

public sealed class KeywordSegmentsSpecs
{
    private static readonly SubtitleTrack Track = new(
        [Cue(1, 2, "Two dogs, connected."), Cue(4, 6, "A RED car; the café's door"), Cue(5, 8, "More cars"), Cue(20, 21, "dogma and reddish carpets"), Cue(30, 31, "我喜欢小狗")], 0);

    [Theory]
    [InlineData("dog", "1-2")]
    [InlineData("connections", "1-2")]
    [InlineData("car", "4-8")]
    [InlineData("red car", "4-6")]
    [InlineData("car red", "")]
    [InlineData("cafe", "4-6")]
    [InlineData("dogma, dog", "1-2 20-21")]
    [InlineData("小狗", "30-31")]
    [InlineData("猫", "")]
    [InlineData(" , ;", "")]
    public void A_stretch_is_where_a_line_holds_a_keyword_as_words(string keywords, string expected) => Text(Find(keywords)).ShouldBe(expected);

    [Fact]
    public void Without_word_forms_only_the_very_word_matches()
    {
        Text(Find("dog", hasForms: false)).ShouldBe("");
        Text(Find("DOGS", hasForms: false)).ShouldBe("1-2");
    }

    [Fact]
    public void Other_languages_are_matched_word_by_word() => Text(Find("dog", language: "de")).ShouldBe("");

    [Fact]
    public void Padding_joins_neighbours_and_never_begins_before_the_film() => Text(Find("dog, car", before: 3, after: 2)).ShouldBe("0-10");

    private static System.Collections.Immutable.ImmutableArray<TimeRange> Find(string keywords, bool hasForms = true, string language = "en", double before = 0, double after = 0) =>
        KeywordSegments.Find(Track, keywords, new SpokenWords(hasForms, language), TimeSpan.FromSeconds(before), TimeSpan.FromSeconds(after));

    private static string Text(IEnumerable<TimeRange> ranges) => string.Join(' ', ranges.Select(r => $"{r.Start.TotalSeconds}-{r.End!.Value.TotalSeconds}"));

    private static SubtitleCue Cue(double start, double end, string text) => new(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(end), text);
}
