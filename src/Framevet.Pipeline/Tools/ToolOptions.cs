using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Tools;

/// <summary>Where external programs are and how they are kept in bounds (deployment, not a user's choice).</summary>
public sealed record ToolOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Tools";

    /// <summary>Path of ffmpeg, or a bare name that is looked up on PATH. A path makes it possible to swap in a patched build at once.</summary>
    [Required]
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>Path of ffprobe, or a bare name that is looked up on PATH.</summary>
    [Required]
    public string FfprobePath { get; init; } = "ffprobe";

    /// <summary>Seconds without any sign of life after which a program counts as stalled.</summary>
    [Range(1, 3600)]
    public int StallSeconds { get; init; } = 60;

    /// <summary>Threads of one decoder; 0 = chosen: one more than processors for ffmpeg as a program, twice as many as processors for the library where a stretch has not a thread of its own, at most 8.</summary>
    [Range(0, 64)]
    public int DecoderThreads { get; init; }

    /// <summary>Stretches of one file that the library decodes at once; 0 = as many as processors, at most 4. Each holds some 40 MB at full HD.</summary>
    [Range(0, 64)]
    public int DecoderStretches { get; init; }

    /// <summary>
    /// Hardware that decodes videos: <c>off</c>, <c>auto</c> (the first that ffmpeg finds working), or a name that <c>ffmpeg -hwaccels</c> lists, e.g. <c>cuda</c>, <c>vaapi</c>,
    /// <c>qsv</c>, <c>videotoolbox</c>. Where it fails, software decodes and the run says so.
    /// </summary>
    [Required]
    public string HardwareDecode { get; init; } = "off";

    /// <summary>Whether programs run at low priority, so that the server stays responsive.</summary>
    public bool LowPriority { get; init; } = true;

    /// <summary>
    /// What decodes: <c>Pipe</c> = ffmpeg as a program of its own, which a hostile file can at most kill; <c>Library</c> = the system's libavcodec in this
    /// process, which is faster, with the program for everything it does not serve; <c>Auto</c> = the library where it is there and its version is known.
    /// </summary>
    public DecodeEngine Engine { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        HardwareDecode.Length <= 32 && HardwareDecode.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? []
            : [new ValidationResult($"{nameof(HardwareDecode)} must be off, auto, or a name that ffmpeg -hwaccels lists")];

    internal TimeSpan Stall => TimeSpan.FromSeconds(StallSeconds);

    internal int Threads => DecoderThreads > 0 ? DecoderThreads : Math.Clamp(Environment.ProcessorCount + 1, 1, 8);
}

/// <summary>What decodes.</summary>
public enum DecodeEngine
{
    /// <summary>ffmpeg as a program.</summary>
    Pipe,
    /// <summary>The libraries of ffmpeg in this process.</summary>
    Library,
    /// <summary>The libraries where they are there.</summary>
    Auto,
}
