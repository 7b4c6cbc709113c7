using System.Collections.Immutable;

namespace Framevet.Pipeline.Subtitles;

/// <summary>One subtitle line (it may be printed in several rows): plain text without markup, from <paramref name="Start"/> to <paramref name="End"/> on the clock of its file.</summary>
public sealed record SubtitleCue(TimeSpan Start, TimeSpan End, string Text);

/// <summary>
/// The lines of one side-car file or stream, by start. <paramref name="Skipped"/>: lines whose times cannot be read, or that end before they begin.
/// <paramref name="Origin"/>: where they come from, for people.
/// </summary>
public sealed record SubtitleTrack(ImmutableArray<SubtitleCue> Cues, int Skipped, string Origin = "");
