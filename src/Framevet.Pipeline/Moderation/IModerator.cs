namespace Framevet.Pipeline.Moderation;

/// <summary>The cascade as the flow sees it: one picture in, one judgement out. Never throws for a failing backend: that escalates.</summary>
public interface IModerator
{
    /// <summary>Judges one JPEG; only cancellation is thrown.</summary>
    Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct);
}
