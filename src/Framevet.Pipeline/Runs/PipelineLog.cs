using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Runs;

/// <summary>What the desks write into the server's log. Ids only: no file names, no user names.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId} failed unexpectedly.")]
    public static partial void RunFailed(this ILogger logger, Exception trouble, RunId runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId}: its end could not be stored; reconciling will find it.")]
    public static partial void EndNotStored(this ILogger logger, Exception trouble, RunId runId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}: a heartbeat could not be stored.")]
    public static partial void BeatMissed(this ILogger logger, Exception trouble, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} was taken by another worker while {Node} did not answer; nothing more of this work is stored.")]
    public static partial void LeaseLost(this ILogger logger, string what, string node);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {RunId}: part {Number} failed unexpectedly.")]
    public static partial void SegmentFailed(this ILogger logger, Exception trouble, RunId runId, int number);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId}: part {Number} was taken by another worker while {Node} did not answer; its result is thrown away.")]
    public static partial void SegmentLost(this ILogger logger, RunId runId, int number, string node);

    [LoggerMessage(Level = LogLevel.Error, Message = "Export {ExportId} failed unexpectedly.")]
    public static partial void ExportFailed(this ILogger logger, Exception trouble, Guid exportId);
}
