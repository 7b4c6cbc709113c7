namespace Framevet.Pipeline;

/// <summary>Every kind of expected trouble. Names are an API: problem details, CLI exit codes and rows carry them.</summary>
public enum FailureCode
{
    /// <summary>The source cannot be read (missing, gone, unreadable).</summary>
    SourceUnavailable,
    /// <summary>Over a size, dimension or duration limit.</summary>
    SourceTooLarge,
    /// <summary>Refused by a safety rule (format or protocol not on the allow-list, header out of bounds).</summary>
    SourceRefused,
    /// <summary>Readable, but nothing that can be vetted: no picture, no frame decoded, damaged beyond use.</summary>
    UnsupportedMedia,
    /// <summary>An external program or native library is not installed.</summary>
    ToolMissing,
    /// <summary>An external program ended with an error.</summary>
    ToolFailed,
    /// <summary>An external program made no progress for too long.</summary>
    ToolStalled,
    /// <summary>A model file is not there.</summary>
    ModelMissing,
    /// <summary>A model file is not what the catalogue says.</summary>
    ModelMismatch,
    /// <summary>The terms of a model must be accepted first.</summary>
    LicenceNotAccepted,
    /// <summary>A moderation backend or other service did not answer.</summary>
    BackendUnavailable,
    /// <summary>The disk is full or below its reserve.</summary>
    OutOfSpace,
    /// <summary>More than this account may bring in today or have at once.</summary>
    QuotaExceeded,
    /// <summary>Somebody else was first, or the thing is in another state.</summary>
    Conflict,
    /// <summary>What the user sent is not valid (recipe, option, argument).</summary>
    InvalidRequest,
    /// <summary>Something that must be said is missing, e.g. the label of a decision.</summary>
    Incomplete,
    /// <summary>The named thing does not exist or is not visible to this user.</summary>
    NotFound,
    /// <summary>The user lacks the right.</summary>
    Forbidden,
    /// <summary>A bug: logged with the run id, shown as unexpected.</summary>
    Unexpected,
}
