using Framevet.Pipeline;

namespace Framevet.Cli;

/// <summary>Exit codes of <c>framevet</c>; an API. Of several files the highest counts.</summary>
internal enum ExitCode
{
    /// <summary>Everything was vetted, and nothing was flagged.</summary>
    Clean = 0,
    /// <summary>Frames were flagged (see <c>--fail-on</c>).</summary>
    Flagged = 1,
    /// <summary>A file, a recipe or an option is not usable.</summary>
    BadInput = 2,
    /// <summary>A tool or backend is missing or failed.</summary>
    BackendMissing = 3,
    /// <summary>A file was read, but not one frame could be scored.</summary>
    NothingScored = 4,
    /// <summary>A bug.</summary>
    Unexpected = 70,
    /// <summary>Ended by Ctrl+C.</summary>
    Interrupted = 130,
}

/// <summary>Exit codes of failures.</summary>
internal static class ExitCodes
{
    /// <summary>The code for a failure; <paramref name="wasProbed"/>: the file had been recognised as media before.</summary>
    public static ExitCode Of(FailureCode failure, bool wasProbed) => failure switch
    {
        FailureCode.UnsupportedMedia => wasProbed ? ExitCode.NothingScored : ExitCode.BadInput,
        FailureCode.SourceUnavailable or FailureCode.SourceTooLarge or FailureCode.SourceRefused => ExitCode.BadInput,
        FailureCode.InvalidRequest or FailureCode.Incomplete or FailureCode.NotFound or FailureCode.Forbidden or FailureCode.Conflict => ExitCode.BadInput,
        _ => ExitCode.BackendMissing,
    };
}
