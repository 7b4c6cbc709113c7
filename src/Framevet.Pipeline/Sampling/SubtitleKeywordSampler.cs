using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Subtitles;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Frames where something is spoken about: only within the subtitle lines that hold one of the keywords. English word forms match by their stems (Porter 1980); other languages
/// match word by word, without regard to case and accents. That nothing matches is an error, not an empty success.
/// </summary>
[Part("subtitle-keywords", "Subtitle keywords", "Scores frames only while a subtitle line with one of the keywords is shown.")]
public sealed class SubtitleKeywordSampler(SubtitleKeywordSamplerOptions options, SubtitleReader subtitles) : ISampler
{
    private ImmutableArray<TimeRange> _segments = [];
    private TimeSpan _start;
    private (int Segment, long Cell)? _before;

    /// <summary>Every frame; the stretches come with <see cref="PlanAsync"/>.</summary>
    public DecodePlan Plan(MediaInfo media) => new DecodePlan.EveryFrame();

    /// <inheritdoc/>
    public async Task<DecodePlan> PlanAsync(MediaInfo media, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(media);
        var words = new SpokenWords(options.WordForms, options.Language);
        if (KeywordSegments.Phrases(options.Keywords, words).IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The sampler 'subtitle-keywords' needs at least one keyword, e.g. keywords = 'dog, red car'.");
        }

        var track = await subtitles.ReadAsync(media, options.Source, options.Language, ct).ConfigureAwait(false);
        var segments = KeywordSegments.Find(track, options.Keywords, words, TimeSpan.FromSeconds(options.PaddingBefore), TimeSpan.FromSeconds(options.PaddingAfter));
        if (segments.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{media.File.DisplayName}: none of the {track.Cues.Length} subtitle lines ({track.Origin}) holds '{options.Keywords}'{Unread(track)}.");
        }

        (_segments, _start) = (segments, media.StartPts is { } first ? new Pts(first, media.TimeBase).Time : TimeSpan.Zero);
        return Plan(media) with { Within = segments };
    }

    /// <inheritdoc/>
    public bool KeepsAll => false;

    /// <summary>
    /// The first frame of each stretch and of each step from there. A grid over the whole file (<see cref="DecodePlan.Interval"/>) would leave out lines that are shorter than the step.
    /// </summary>
    public bool Keep(in Frame frame)
    {
        var time = frame.Pts.Time - _start;
        var segment = Holding(time);
        (int, long)? cell = segment < 0 ? null : (segment, options.Seconds == 0 ? frame.Index : (time - _segments[segment].Start).Ticks / TimeSpan.FromSeconds(options.Seconds).Ticks);
        var isNew = cell is not null && cell != _before;
        _before = cell;
        return isNew;
    }

    /// <summary>Number of the stretch that holds the time, or -1.</summary>
    private int Holding(TimeSpan time)
    {
        for (var i = 0; i < _segments.Length; i++)
        {
            if (time >= _segments[i].Start && (_segments[i].End is not { } end || time < end))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Unread(SubtitleTrack track) => track.Skipped == 0 ? "" : $"; {track.Skipped} more could not be read";
}

/// <summary>Options of <see cref="SubtitleKeywordSampler"/>.</summary>
public sealed record SubtitleKeywordSamplerOptions : IValidatableObject
{
    /// <summary>Keywords separated by commas; several words are a phrase.</summary>
    [Display(Name = "Keywords", Description = "Words to look for, separated by commas; several words between two commas must follow one another.")]
    public string Keywords { get; init; } = "";

    /// <summary>Language of the subtitles, ISO 639-1.</summary>
    [Display(Name = "Language", Description = "Two letters, e.g. en: which subtitles are preferred, and whose word forms are known (English only).")]
    public string Language { get; init; } = "en";

    /// <summary>Whether other forms of a word match as well.</summary>
    [Display(Name = "Word forms", Description = "Let other forms of an English word match as well: dog and dogs, connect and connection.")]
    public bool WordForms { get; init; } = true;

    /// <summary>Seconds added before a matching line.</summary>
    [Display(Name = "Before (s)", Description = "Seconds that are looked at before a matching line begins.")]
    [Range(0.0, 600.0)]
    public double PaddingBefore { get; init; }

    /// <summary>Seconds added after a matching line.</summary>
    [Display(Name = "After (s)", Description = "Seconds that are looked at after a matching line ends.")]
    [Range(0.0, 600.0)]
    public double PaddingAfter { get; init; }

    /// <summary>Step of the grid in seconds of media time; 0 = every frame.</summary>
    [Display(Name = "Interval (s)", Description = "Seconds of the clip between two scored frames within matching lines; 0 scores every frame there.")]
    [Range(0.0, 3600.0)]
    [ShortFlag("every")]
    public double Seconds { get; init; } = 1.0;

    /// <summary>Where subtitles are looked for.</summary>
    [Display(Name = "Subtitles from", Description = "Files beside the video (srt, vtt, ass; on the command line only, since an uploaded video has no neighbours), streams in it, or whichever is there.")]
    public SubtitleSource Source { get; init; } = SubtitleSource.Auto;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Language.Length != 2 || !Language.All(char.IsAsciiLetter))
        {
            yield return new ValidationResult($"language takes two letters such as 'en', not '{Language}'");
        }
    }
}
