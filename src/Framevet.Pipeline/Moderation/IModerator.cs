using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Moderation;

/// <summary>The cascade as the flow sees it: one picture in, one judgement out. Never throws for a failing backend: that escalates.</summary>
public interface IModerator
{
    /// <summary>Judges one JPEG; only cancellation is thrown.</summary>
    Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct);

    /// <summary>The same for the frame of a file at a stamp.</summary>
    Task<Judgement> JudgeAsync(Pts pts, ReadOnlyMemory<byte> jpeg, CancellationToken ct) => JudgeAsync(jpeg, ct);
}
