namespace Framevet.Pipeline.Runs;

/// <summary>Append-only record of who did what.</summary>
public interface IAuditTrail
{
    /// <summary>Appends one entry; <paramref name="before"/> and <paramref name="after"/> are JSON or null. Action is dotted, e.g. <c>review.decide</c>.</summary>
    Task AppendAsync(Actor actor, string action, string subject, string? before, string? after, CancellationToken ct);
}
