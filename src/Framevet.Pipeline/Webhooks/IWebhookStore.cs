using System.Collections.Immutable;

namespace Framevet.Pipeline.Webhooks;

/// <summary>Addresses, and what is to be sent to them.</summary>
public interface IWebhookStore : IWebhookOutbox
{
    /// <summary>All addresses by name.</summary>
    Task<ImmutableArray<WebhookTarget>> TargetsAsync(CancellationToken ct);

    /// <summary>Adds or replaces an address. A secret that is null stays as it is stored.</summary>
    Task SaveAsync(WebhookTarget target, CancellationToken ct);

    /// <summary>Seals the secrets that an earlier version stored as they are. Returns how many.</summary>
    Task<int> SealSecretsAsync(CancellationToken ct);

    /// <summary>Removes an address with everything waiting for it; false when there is none.</summary>
    Task<bool> RemoveAsync(Guid id, CancellationToken ct);

    /// <summary>Puts one piece of news in for one address, whether it asked for the kind or not.</summary>
    Task AddAsync(WebhookEvent news, Guid target, CancellationToken ct);

    /// <summary>Takes what is due, oldest first, for <paramref name="lease"/>: nobody else gets it meanwhile, and after a crash it is due again.</summary>
    Task<ImmutableArray<WebhookDelivery>> TakeDueAsync(DateTimeOffset now, TimeSpan lease, int take, CancellationToken ct);

    /// <summary>Stores how an attempt ended; <paramref name="nextAt"/> null = it is final.</summary>
    Task CloseAsync(long id, WebhookState state, int? status, string? error, DateTimeOffset? nextAt, DateTimeOffset at, CancellationToken ct);

    /// <summary>Deliveries, newest first; null = any.</summary>
    Task<(ImmutableArray<WebhookDelivery> Deliveries, int Total)> PageAsync(Guid? target, WebhookState? state, int skip, int take, CancellationToken ct);

    /// <summary>One delivery, or null.</summary>
    Task<WebhookDelivery?> GetAsync(long id, CancellationToken ct);

    /// <summary>Makes a delivery due again with its time of 24 hours from the beginning; false when there is none.</summary>
    Task<bool> ReplayAsync(long id, DateTimeOffset now, CancellationToken ct);
}

/// <summary>An address. <paramref name="Secret"/> signs; it is shown once, when it is made; null when the server's keys do not open the stored one any more.</summary>
public sealed record WebhookTarget(Guid Id, string Name, Uri Address, string? Secret, ImmutableArray<string> Kinds, bool IsActive, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>One piece of news on its way to one address. <paramref name="Body"/>: the JSON that is sent and signed, the same at every attempt.</summary>
public sealed record WebhookDelivery(
    long Id, Guid Target, string EventId, string Kind, string Body, WebhookState State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset FirstDueAt, DateTimeOffset? NextAt,
    DateTimeOffset? LastAt, int? LastStatus, string? LastError);

/// <summary>Where a delivery stands. Names are stored.</summary>
public enum WebhookState
{
    /// <summary>Waits for its next attempt.</summary>
    Waiting,
    /// <summary>Answered with success.</summary>
    Delivered,
    /// <summary>Given up after 24 hours; can be sent again by hand.</summary>
    Failed,
}
