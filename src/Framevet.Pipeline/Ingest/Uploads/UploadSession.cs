using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>A file on its way in, as the store knows it. How far it is, the file on disk says.</summary>
public sealed record UploadSession
{
    /// <summary>Identity; part of the upload's address.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who sends it.</summary>
    public required string OwnerId { get; init; }

    /// <summary>What the user calls the file.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of the whole file; null until the client says so.</summary>
    public long? Length { get; init; }

    /// <summary>What it is for.</summary>
    public UploadKind Kind { get; init; }

    /// <summary>The request's own words about parts (<c>Upload-Concat</c>); null for a whole upload.</summary>
    public string? Concat { get; init; }

    /// <summary>The request's metadata as it came (<c>Upload-Metadata</c>); null when there was none.</summary>
    public string? Metadata { get; init; }

    /// <summary>Recipe as JSON; null = the default one at the end.</summary>
    public string? Recipe { get; init; }

    /// <summary>Priority of the run, 0..9.</summary>
    public int Priority { get; init; } = 5;

    /// <summary>SHA-256 that the client promises, lower-case hex; null when it does not.</summary>
    public string? PromisedSha256 { get; init; }

    /// <summary>SHA-256 of the finished file, lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The run that it becomes or became; chosen before the run is made, so that a crash in between makes no second one.</summary>
    public RunId? RunId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it goes, finished or not.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>What an upload is for.</summary>
public enum UploadKind
{
    /// <summary>One file.</summary>
    Whole,
    /// <summary>A part of a file; becomes no run by itself.</summary>
    Partial,
    /// <summary>Made of parts.</summary>
    Final,
}

/// <summary>An upload and how far it is. <paramref name="Offset"/>: bytes that are safely here.</summary>
/// <param name="Session">The upload.</param>
/// <param name="Offset">Bytes that are here.</param>
/// <param name="IsMismatch">The last bytes did not match their checksum and were thrown away.</param>
public sealed record UploadStatus(UploadSession Session, long Offset, bool IsMismatch = false)
{
    /// <summary>Whether all bytes are here.</summary>
    public bool IsComplete => Session.Length == Offset;
}

/// <summary>What counts against a user's limits.</summary>
/// <param name="Uploads">Unfinished uploads.</param>
/// <param name="UploadBytes">Their bytes, as declared.</param>
/// <param name="StoredBytes">Bytes of the media of the user's runs, each medium once.</param>
/// <param name="OpenRuns">Unfinished runs.</param>
public sealed record UploadUsage(int Uploads, long UploadBytes, long StoredBytes, int OpenRuns);

/// <summary>Uploads in the database.</summary>
public interface IUploadStore
{
    /// <summary>Adds an upload.</summary>
    Task AddAsync(UploadSession session, CancellationToken ct);

    /// <summary>The upload, or null.</summary>
    Task<UploadSession?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Replaces length, hash, run and expiry.</summary>
    Task UpdateAsync(UploadSession session, CancellationToken ct);

    /// <summary>Removes it; no error when there is none.</summary>
    Task DeleteAsync(Guid id, CancellationToken ct);

    /// <summary>Uploads of a user that are not yet runs, oldest first.</summary>
    Task<System.Collections.Immutable.ImmutableArray<UploadSession>> OpenAsync(string ownerId, CancellationToken ct);

    /// <summary>Uploads whose time is over.</summary>
    Task<System.Collections.Immutable.ImmutableArray<UploadSession>> ExpiredAsync(DateTimeOffset now, CancellationToken ct);

    /// <summary>What the user has here already.</summary>
    Task<UploadUsage> UsageAsync(string ownerId, CancellationToken ct);

    /// <summary>Whether a run of this user (null = of anybody) has this media.</summary>
    Task<bool> HasMediaAsync(string? ownerId, string sha256, CancellationToken ct);
}
