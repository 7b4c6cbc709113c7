using Framevet.Pipeline;

namespace Framevet.Web.Components.Pages.Runs;

/// <summary>What to do about a failure, one sentence for users.</summary>
internal static class NextAction
{
    /// <summary>The sentence for a code.</summary>
    public static string For(FailureCode code) => code switch
    {
        FailureCode.SourceUnavailable => "Submit the file again.",
        FailureCode.SourceTooLarge => "Submit a smaller or shorter file, or ask an admin to raise the limit.",
        FailureCode.SourceRefused => "Save it in a common format, such as MP4, WebM, GIF, JPEG or PNG, and submit that.",
        FailureCode.UnsupportedMedia => "Check that the file plays elsewhere; if it does, save it as MP4 and submit that.",
        FailureCode.ToolMissing => "Ask an admin to install what is missing; then retry.",
        FailureCode.ToolFailed => "Retry once; if it fails again, the file is probably damaged.",
        FailureCode.ToolStalled => "Retry; if it stalls again, save the file as MP4 and submit that.",
        FailureCode.ModelMissing or FailureCode.ModelMismatch => "Ask an admin to install the model; then retry.",
        FailureCode.BackendUnavailable => "Retry in some minutes.",
        FailureCode.OutOfSpace => "Ask an admin to free some disk space; then retry.",
        FailureCode.QuotaExceeded => "Wait, or ask an admin for a larger quota.",
        FailureCode.InvalidRequest => "Choose another recipe and submit the file again.",
        _ => "Retry; if it happens again, show the details to an admin.",
    };
}
