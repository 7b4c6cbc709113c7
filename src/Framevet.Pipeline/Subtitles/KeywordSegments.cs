using System.Collections.Immutable;
using Framevet.Pipeline.Decode;

namespace Framevet.Pipeline.Subtitles;

/// <summary>Where keywords are spoken: the stretches of the lines that hold one of them, padded and joined.</summary>
internal static class KeywordSegments
{
    /// <summary>
    /// The stretches, rising and apart, in time from the first frame. <paramref name="keywords"/>: separated by commas, several words being a phrase. Nothing begins before 0; empty when no line matches.
    /// </summary>
    public static ImmutableArray<TimeRange> Find(SubtitleTrack track, string keywords, SpokenWords words, TimeSpan before, TimeSpan after)
    {
        ArgumentNullException.ThrowIfNull(track);
        ArgumentNullException.ThrowIfNull(words);
        var phrases = Phrases(keywords, words);
        return TimeRange.Joined(
            from cue in track.Cues
            let spoken = words.Of(cue.Text)
            where phrases.Any(p => SpokenWords.Contains(spoken, p))
            let start = cue.Start - before
            let end = cue.End + after
            where end > TimeSpan.Zero
            select new TimeRange(start > TimeSpan.Zero ? start : TimeSpan.Zero, end));
    }

    /// <summary>The phrases that are asked for; entries without a letter or digit are none.</summary>
    public static ImmutableArray<ImmutableArray<string>> Phrases(string keywords, SpokenWords words) =>
        [.. keywords.Split([',', ';', '\n', '，', '、']).Select(words.Of).Where(p => !p.IsEmpty)];
}
