using Framevet.Pipeline.Moderation.Banks;

namespace Framevet.Pipeline.Webhooks;

/// <summary>Tells those who asked about each final word of a person, once it can no longer be taken back. A later word on the same item is news of its own.</summary>
public sealed class DecisionNews(IWebhookOutbox outbox) : IDecisionReader
{
    /// <inheritdoc/>
    public string Name => "webhooks";

    /// <inheritdoc/>
    public Task TakeAsync(FinalDecision decision, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var data = new
        {
            item = decision.Item.ToString("N"),
            run = decision.Run,
            source = decision.SourceName,
            sha256 = decision.Sha256,
            decision = decision.Decision,
            label = decision.Label,
            by = decision.UserId,
            decidedAt = decision.At,
            frames = decision.Frames.Select(f => f.Value),
        };
        return outbox.AddAsync(WebhookEvent.Of($"decision/{decision.Number}", WebhookKinds.Decision, decision.At, data), ct);
    }
}
