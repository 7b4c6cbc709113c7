using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>A link that somebody submitted, as the store knows it.</summary>
public sealed record Link
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who submitted it.</summary>
    public required string OwnerId { get; init; }

    /// <summary>The list that it came from; null when it was submitted by itself.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>The checked address, see <see cref="LinkAddress.Text"/>.</summary>
    public required string Text { get; init; }

    /// <summary>What it is called, once that is known.</summary>
    public string? Title { get; init; }

    /// <summary>What the user wants of it.</summary>
    public required LinkChoice Choice { get; init; }

    /// <summary>Recipe as JSON; null = the default one.</summary>
    public string? Recipe { get; init; }

    /// <summary>Priority of its run, 0..9.</summary>
    public int Priority { get; init; } = 5;

    /// <summary>Where it stands.</summary>
    public required LinkState State { get; init; }

    /// <summary>Why it stands there, one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Code when failed.</summary>
    public FailureCode? Failure { get; init; }

    /// <summary>Technical background when failed.</summary>
    public string? Detail { get; init; }

    /// <summary>Site, id and choice: what was fetched under the same key need not be fetched again.</summary>
    public string? Key { get; init; }

    /// <summary>Whether it was fetched with the owner's cookies; then only the owner may profit from it.</summary>
    public bool UsedCookies { get; init; }

    /// <summary>Its run; chosen before the run is made.</summary>
    public RunId? RunId { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was over.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>Where a link stands.</summary>
public enum LinkState
{
    /// <summary>Nobody has taken it up yet.</summary>
    Waiting,
    /// <summary>It is being looked at or fetched.</summary>
    Fetching,
    /// <summary>It became a run, or a list of links.</summary>
    Done,
    /// <summary>It could not be fetched.</summary>
    Failed,
    /// <summary>Its owner did not want it any more.</summary>
    Cancelled,
}

/// <summary>Links in the database.</summary>
public interface ILinkStore : ILeasedRows
{
    /// <summary>Adds links; those whose id is there already stay as they are.</summary>
    Task AddAsync(ImmutableArray<Link> links, CancellationToken ct);

    /// <summary>The link, or null.</summary>
    Task<Link?> GetAsync(Guid id, CancellationToken ct);

    /// <summary>Replaces a link if it stands in <paramref name="expected"/>; false when somebody else was first.</summary>
    Task<bool> TryUpdateAsync(Link link, LinkState expected, CancellationToken ct);

    /// <summary>The same for the holder of a lease.</summary>
    /// <exception cref="LeaseLostException">Another worker has taken the link.</exception>
    Task<bool> TryUpdateAsync(RowLease lease, Link link, LinkState expected, CancellationToken ct);

    /// <summary>Ids of links that are being fetched by somebody who gives no sign of life any more.</summary>
    Task<ImmutableArray<Guid>> OrphansAsync(CancellationToken ct);

    /// <summary>Links of a user, newest first.</summary>
    Task<ImmutableArray<Link>> ListAsync(string ownerId, int take, CancellationToken ct);

    /// <summary>Ids of links in a state, oldest first.</summary>
    Task<ImmutableArray<Guid>> InStateAsync(LinkState state, int take, CancellationToken ct);

    /// <summary>Links of a user that wait or are fetched.</summary>
    Task<int> CountOpenAsync(string ownerId, CancellationToken ct);

    /// <summary>SHA-256 of the media that the same key brought before, for this user to use; null when there is none.</summary>
    Task<string?> FetchedAsync(string key, string ownerId, CancellationToken ct);

    /// <summary>Removes a user's links that are over.</summary>
    Task ClearAsync(string ownerId, CancellationToken ct);
}

/// <summary>Cookies of users, kept encrypted.</summary>
public interface ICookieJar
{
    /// <summary>The cookies in Netscape format; null when there are none or they cannot be read any more.</summary>
    Task<string?> ReadAsync(string ownerId, CancellationToken ct);

    /// <summary>Keeps cookies, in place of earlier ones.</summary>
    Task SaveAsync(string ownerId, CookieSheet cookies, CancellationToken ct);

    /// <summary>Forgets them.</summary>
    Task DeleteAsync(string ownerId, CancellationToken ct);

    /// <summary>Sites and time, without values; null when there are none.</summary>
    Task<CookieNote?> NoteAsync(string ownerId, CancellationToken ct);
}

/// <summary>What may be shown of stored cookies. <paramref name="ExpiresAt"/>: the earliest end of one that has an end.</summary>
public sealed record CookieNote(ImmutableArray<string> Sites, DateTimeOffset SavedAt, DateTimeOffset? ExpiresAt);

/// <summary>Who somebody is now; null when the account is gone or closed.</summary>
public delegate Task<Actor?> FindActor(string id, CancellationToken ct);
