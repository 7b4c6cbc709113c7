using System.Collections.Immutable;

namespace Framevet.Pipeline.Runs;

/// <summary>Media that made a tool crash. A file that does it twice is not decoded again until somebody lets it out.</summary>
public interface IQuarantine
{
    /// <summary>Counts a crash; the number of crashes so far.</summary>
    Task<int> CountAsync(Run run, string? detail, CancellationToken ct);

    /// <summary>Crashes of this media so far.</summary>
    Task<int> CrashesAsync(string sha256, CancellationToken ct);

    /// <summary>Forgets the crashes, so that the file is tried again; false when there were none.</summary>
    Task<bool> ReleaseAsync(string sha256, CancellationToken ct);

    /// <summary>All of it, newest first.</summary>
    Task<ImmutableArray<QuarantinedFile>> ListAsync(CancellationToken ct);
}

/// <summary>A file in quarantine, or on its way there.</summary>
/// <param name="Sha256">Its bytes.</param>
/// <param name="Name">What it was called the last time.</param>
/// <param name="Crashes">How often it made a tool crash.</param>
/// <param name="Detail">Command, exit code and last words of the tool.</param>
/// <param name="LastRunId">The run of the last crash.</param>
/// <param name="LastAt">When that was.</param>
public sealed record QuarantinedFile(string Sha256, string Name, int Crashes, string? Detail, RunId LastRunId, DateTimeOffset LastAt)
{
    /// <summary>Crashes that are enough.</summary>
    public const int Limit = 2;

    /// <summary>Whether it is not decoded any more.</summary>
    public bool IsLocked => Crashes >= Limit;
}
