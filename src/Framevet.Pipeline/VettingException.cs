using System.Collections.Immutable;

namespace Framevet.Pipeline;

/// <summary>
/// The one exception for expected trouble. <see cref="Exception.Message"/> is one sentence for users that
/// names the file and the cause; <paramref name="detail"/> keeps what a technician needs (command, exit
/// code, last lines of the tool), with secrets removed.
/// </summary>
public sealed class VettingException(FailureCode code, string message, string? detail = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Stable code of the trouble.</summary>
    public FailureCode Code { get; } = code;

    /// <summary>Technical background, or null.</summary>
    public string? Detail { get; } = detail;

    /// <summary>Ids of the things that the trouble is about, e.g. of the models that are missing.</summary>
    public ImmutableArray<string> Subjects { get; init; } = [];

    /// <summary>Whether trying again later may help; poison input and user errors are never retried.</summary>
    public bool IsTransient => Code is FailureCode.BackendUnavailable or FailureCode.ToolStalled or FailureCode.OutOfSpace;
}
