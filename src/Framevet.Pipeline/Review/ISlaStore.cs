using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Webhooks;

namespace Framevet.Pipeline.Review;

/// <summary>Open items by how long they wait, and what was told about that. Each step is told once for each item, whoever asks, also after a restart.</summary>
public interface ISlaStore
{
    /// <summary>
    /// Open items with a step that is due and was not told, the longest waiting first, at most <paramref name="take"/>. <paramref name="limits"/>: by severity from low to severe. Golden
    /// items are not among them: their age is borrowed.
    /// </summary>
    Task<ImmutableArray<WaitingItem>> DueAsync(ImmutableArray<TimeSpan> limits, DateTimeOffset now, int take, CancellationToken ct);

    /// <summary>In one transaction: notes that the step was told, if the item is still open and it was not, and puts the news into the outbox. False when there was nothing to tell.</summary>
    Task<bool> TryTellAsync(Guid item, SlaStep step, WebhookEvent news, CancellationToken ct);
}

/// <summary>An open item that waits since <paramref name="Since"/>; <paramref name="Told"/>: the last step that was told.</summary>
public sealed record WaitingItem(Guid Id, RunId RunId, string Queue, ReviewSeverity Severity, DateTimeOffset Since, SlaStep Told);

/// <summary>How much of its time an item has used. Numbers are stored and rise.</summary>
public enum SlaStep
{
    /// <summary>Less than three quarters.</summary>
    None = 0,
    /// <summary>Three quarters.</summary>
    Warned = 1,
    /// <summary>All of it.</summary>
    Breached = 2,
}
