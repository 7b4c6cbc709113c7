namespace Framevet.Pipeline.Ingest.Links;

/// <summary>What a user wants of a link; stored with it.</summary>
public sealed record LinkChoice
{
    /// <summary>Most lines of the picture; the best at or below is taken.</summary>
    public int MaxHeight { get; init; } = 1080;

    /// <summary>Codec that is preferred among equals.</summary>
    public LinkCodec Codec { get; init; } = LinkCodec.Auto;

    /// <summary>Most videos of a playlist, channel or search; the server's own limit counts, too.</summary>
    public int MaxItems { get; init; } = 20;

    /// <summary>Whether a link to a video in a playlist means the whole playlist.</summary>
    public bool WholePlaylist { get; init; }

    /// <summary>Language of the subtitles to fetch with it, e.g. <c>en</c>; null = none.</summary>
    public string? Subtitles { get; init; }

    /// <summary>Only videos published on or after this day.</summary>
    public DateOnly? After { get; init; }

    /// <summary>Only videos published on or before this day.</summary>
    public DateOnly? Before { get; init; }

    /// <summary>Only videos of at least this many seconds.</summary>
    public int? MinSeconds { get; init; }

    /// <summary>Only videos of at most this many seconds.</summary>
    public int? MaxSeconds { get; init; }

    /// <summary>Only videos whose title contains these words (letters, digits, blanks, hyphens).</summary>
    public string? Title { get; init; }

    /// <summary>
    /// Take only keyframes, the first in each so many seconds (0 = all of them), of a link to an MP4 file, without fetching what lies between; null = the whole file. Where the server or the file
    /// does not allow it, the whole is fetched and the link says so.
    /// </summary>
    public double? KeyframesEvery { get; init; }

    /// <summary>Every fault as a sentence; none when it is usable. Nothing in a checked choice can mean something else to a tool.</summary>
    public IEnumerable<string> Faults()
    {
        if (MaxHeight is < 144 or > 8640)
        {
            yield return "The largest height must lie between 144 and 8640 lines.";
        }

        if (MaxItems is < 1 or > 100_000)
        {
            yield return "A playlist must bring at least one video.";
        }

        if (Subtitles is not null && !(Subtitles.Length is >= 2 and <= 8 && Subtitles.All(c => char.IsAsciiLetter(c) || c == '-') && char.IsAsciiLetter(Subtitles[0])))
        {
            yield return "The language of subtitles looks like 'en' or 'pt-BR'.";
        }

        if (MinSeconds < 0 || MaxSeconds < 1 || MinSeconds > MaxSeconds || After > Before)
        {
            yield return "The bounds of length or date exclude each other.";
        }

        if (KeyframesEvery is { } every && !(every is >= 0 and <= 86_400))
        {
            yield return "Keyframes lie between 0 and 86,400 seconds apart.";
        }

        if (Title is not null && !(Title.Length is > 0 and <= 100 && Title.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-')))
        {
            yield return "Words of a title are letters, digits, blanks and hyphens.";
        }
    }
}

/// <summary>A video codec.</summary>
public enum LinkCodec
{
    /// <summary>What this machine decodes fastest.</summary>
    Auto,
    /// <summary>H.264.</summary>
    H264,
    /// <summary>VP9.</summary>
    Vp9,
    /// <summary>HEVC.</summary>
    Hevc,
    /// <summary>AV1.</summary>
    Av1,
}
