using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Frames of chosen stretches of time only; the rest of the file is skipped where seeking works. Within the stretches every frame, or one for each step of the same grid
/// that <see cref="IntervalSampler"/> uses (it begins at the first frame of the file).
/// </summary>
[Part("time-ranges", "Stretches of time", "Scores frames of chosen stretches only, e.g. 0:10-0:20, 1:02.5-1:30, 2:00-.")]
public sealed class TimeRangesSampler(TimeRangesSamplerOptions options) : ISampler
{
    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media)
    {
        DecodePlan plan = options.Seconds == 0 ? new DecodePlan.EveryFrame() : new DecodePlan.Interval(TimeSpan.FromSeconds(options.Seconds));
        return plan with { Within = TimeRangeText.Parse(options.Ranges), StartsFast = options.StartsFast };
    }
}

/// <summary>Options of <see cref="TimeRangesSampler"/>.</summary>
public sealed record TimeRangesSamplerOptions : IValidatableObject
{
    /// <summary>Stretches as <see cref="TimeRangeText"/> reads them.</summary>
    [Display(Name = "Stretches", Description = "From-to pairs with commas between, each time as seconds, m:ss or h:mm:ss; without an end the stretch goes to the end of the clip.")]
    [Required]
    [StringLength(4000)]
    public string Ranges { get; init; } = "0:00-";

    /// <summary>Step of the grid within the stretches in seconds of media time; 0 = every frame.</summary>
    [Display(Name = "Interval (s)", Description = "Seconds of the clip between two scored frames; 0 scores every frame of the stretches.")]
    [Range(0.0, 3600.0)]
    [ShortFlag("every")]
    public double Seconds { get; init; } = 1.0;

    /// <summary>Whether a stretch begins at the keyframe before its start.</summary>
    [Display(Name = "Fast start", Description = "Begins each stretch at the keyframe before its start, which is faster to reach.")]
    public bool StartsFast { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TimeRangeText.Fault(Ranges) is { } fault)
        {
            yield return new ValidationResult(fault, [nameof(Ranges)]);
        }
    }
}

/// <summary>Reads stretches written by people: <c>0:10-0:20, 1:02.5-1:30, 2:00-</c>.</summary>
public static class TimeRangeText
{
    // A plan of more would make the decoder's expression unreadably long; nobody types so many.
    private const int MaxRanges = 200;

    /// <summary>The stretches, rising, with those that touch joined.</summary>
    /// <exception cref="FormatException">The text is not a list of stretches.</exception>
    public static ImmutableArray<TimeRange> Parse(string text) => Read(text, out var ranges) is { } fault ? throw new FormatException(fault) : ranges;

    /// <summary>What is wrong with the text, as a sentence that quotes the place; null when nothing is.</summary>
    public static string? Fault(string? text) => Read(text, out _);

    private static string? Read(string? text, out ImmutableArray<TimeRange> ranges)
    {
        ranges = [];
        var found = new List<TimeRange>();
        foreach (var piece in (text ?? "").Split([',', ';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = piece.Split(['-', '–'], StringSplitOptions.TrimEntries);
            if (ends.Length != 2)
            {
                return $"'{piece}' is no stretch: write a start and an end with a hyphen between, e.g. 0:10-0:20.";
            }

            if (!TryTime(ends[0], out var start))
            {
                return $"'{ends[0]}' in '{piece}' is no time: write seconds, m:ss or h:mm:ss, e.g. 1:02.5.";
            }

            TimeSpan? end = null;
            if (ends[1].Length > 0)
            {
                if (!TryTime(ends[1], out var told))
                {
                    return $"'{ends[1]}' in '{piece}' is no time: write seconds, m:ss or h:mm:ss, e.g. 1:02.5.";
                }

                if (told <= start)
                {
                    return $"'{piece}' ends before it begins.";
                }

                end = told;
            }

            found.Add(new TimeRange(start, end));
        }

        if (found.Count is 0 or > MaxRanges)
        {
            return found.Count == 0 ? "No stretch of time is given; write e.g. 0:10-0:20." : $"There are {found.Count} stretches, more than {MaxRanges}.";
        }

        ranges = TimeRange.Joined(found);
        return null;
    }

    private static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        var parts = text.Split(':');
        var seconds = 0m;
        for (var i = 0; i < parts.Length; i++)
        {
            var style = i == parts.Length - 1 ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
            if (parts.Length > 3 || parts[i].Length > 12 || !decimal.TryParse(parts[i], style, CultureInfo.InvariantCulture, out var value) || (i > 0 && value >= 60))
            {
                return false;
            }

            seconds = (seconds * 60) + value;
        }

        if (seconds > 1_000_000)
        {
            return false;
        }

        time = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }
}
