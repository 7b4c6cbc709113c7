using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Sharing;

/// <summary>A link with which guests see frames of a run. The link itself is in nobody's hands but those of who made it. Times are UTC.</summary>
public sealed record Share(Guid Id, RunId RunId, string OwnerId, string OwnerName, string Title, SharedFrames Frames, bool MayPick, bool HasPassword, string? Watermark,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Whether guests can use it at a time.</summary>
    public bool IsOpenAt(DateTimeOffset now) => RevokedAt is null && now < ExpiresAt;
}

/// <summary>Which of the allowed frames guests see. Names are an API.</summary>
public enum SharedFrames
{
    /// <summary>The picks of the run.</summary>
    Picks,
    /// <summary>All that passed the gates and that a verdict allows.</summary>
    Allowed,
}

/// <summary>What a new link is to be. <paramref name="Days"/> until it ends; password and watermark null = none.</summary>
public sealed record ShareWish(string Title, SharedFrames Frames = SharedFrames.Picks, bool MayPick = false, int Days = 7, string? Password = null, string? Watermark = null);

/// <summary>A new link. <paramref name="Token"/> is in this answer and nowhere else.</summary>
public sealed record NewShare(Share Share, string Token);

/// <summary>A frame that guests picked, by PTS, and how many of them.</summary>
public sealed record GuestPick(long Pts, int Guests, DateTimeOffset LastAt);

/// <summary>Links and picks of guests in the store. Thread-safe.</summary>
public interface IShareStore
{
    /// <summary>Adds a link by the hash of its token.</summary>
    Task AddAsync(Share share, string tokenHash, string? passwordHash, CancellationToken ct);

    /// <summary>The link with this token and the hash of its password, whether it is open or not; null when there is none.</summary>
    Task<(Share Share, string? PasswordHash)?> FindAsync(string tokenHash, CancellationToken ct);

    /// <summary>The link, or null.</summary>
    Task<Share?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Links of a run, newest first, also closed ones.</summary>
    Task<ImmutableArray<Share>> ForRunAsync(RunId run, CancellationToken ct);

    /// <summary>Closes a link; false when it is closed already.</summary>
    Task<bool> RevokeAsync(Guid id, DateTimeOffset now, CancellationToken ct);

    /// <summary>Sets or takes back a guest's pick; false when nothing changed, or when the guest has <paramref name="most"/> already.</summary>
    Task<bool> PickAsync(Guid share, string guest, long pts, bool isPicked, int most, DateTimeOffset now, CancellationToken ct);

    /// <summary>What one guest picked, by PTS.</summary>
    Task<ImmutableHashSet<long>> OfGuestAsync(Guid share, string guest, CancellationToken ct);

    /// <summary>What all guests picked, the most picked first.</summary>
    Task<ImmutableArray<GuestPick>> PicksAsync(Guid share, CancellationToken ct);
}
