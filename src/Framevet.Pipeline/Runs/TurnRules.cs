namespace Framevet.Pipeline.Runs;

/// <summary>
/// Whose turn it is, among all that wait on all nodes: the highest priority first, where those whose owner was not served for a while rise; then the owner with the fewest runs in hand; then the one who was
/// served the longest ago; then the act that is nearer to its end, and the oldest. So a hundred runs of one do not keep another from his turn, whatever came first.
/// </summary>
/// <param name="MostPerOwner">Runs of one owner in hand at the same time, over all nodes; null = any number.</param>
/// <param name="Step">Priorities rise by one for each such time since the owner was served last, or the run was submitted if that was later; null = never.</param>
/// <param name="FirstPause">Pause after the first try that failed for something that may pass; each further one is twice as long.</param>
public sealed record TurnRules(int? MostPerOwner, TimeSpan? Step, TimeSpan FirstPause)
{
    private const int MostDoublings = 8;

    /// <summary>Any number per owner, a priority in half an hour, five seconds.</summary>
    public static TurnRules Default { get; } = new(null, TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(5));

    /// <summary>How long a run waits after so many tries (1..).</summary>
    public TimeSpan PauseAfter(int tries) => FirstPause * Math.Pow(2, Math.Clamp(tries - 1, 0, MostDoublings));

    /// <summary>Whose turn it is among those that wait; null when everybody is at the limit. The stores' statement in plain words.</summary>
    /// <param name="waiting">Runs that wait for the group in question.</param>
    /// <param name="inHand">Runs in hand of an owner, on all nodes.</param>
    /// <param name="servedAt">When the last run of an owner was first taken up; null = never.</param>
    /// <param name="now">The moment.</param>
    public Run? Next(IEnumerable<Run> waiting, Func<string, int> inHand, Func<string, DateTimeOffset?> servedAt, DateTimeOffset now) => waiting
        .Where(r => MostPerOwner is not { } most || inHand(r.OwnerId) < most)
        .OrderByDescending(r => r.Priority + Risen(r, servedAt(r.OwnerId), now))
        .ThenBy(r => inHand(r.OwnerId))
        .ThenBy(r => servedAt(r.OwnerId) ?? DateTimeOffset.MinValue)
        .ThenBy(r => r.State == RunState.Finishing ? 0 : 1)
        .ThenBy(r => r.CreatedAt)
        .ThenBy(r => r.Id.ToString(), StringComparer.Ordinal)
        .FirstOrDefault();

    private long Risen(Run run, DateTimeOffset? served, DateTimeOffset now)
    {
        var since = served > run.CreatedAt ? served.Value : run.CreatedAt;
        return Step is { } step ? Math.Max(0, (now - since).Ticks) / step.Ticks : 0;
    }
}
