using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Cluster;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Cluster;

namespace Framevet.Web.Jobs;

/// <summary>Says why a run waits, so that nobody has to guess whether it is stuck.</summary>
internal sealed class WaitReason(WaitQuery query, NodeStore nodes, ThisNode node, TurnRules rules)
{
    /// <summary>One sentence, or null when the run does not wait.</summary>
    public async Task<string?> OfAsync(RunId id, CancellationToken ct) =>
        await query.OfAsync(id, ct) is { } waiting ? Say(waiting, node.IsClustered ? await nodes.AllAsync(ct) : [Itself], rules) : null;

    /// <summary>Groups in which runs wait although no node takes them at the moment, with how many.</summary>
    public async Task<ImmutableArray<(string Group, int Runs, string? Trouble)>> GroupsAsync(ImmutableArray<NodeRow> all, CancellationToken ct) =>
        [.. (await query.ByGroupAsync(ct)).Select(g => (g.Key, g.Value, g.Key.Length > 0 ? NobodyTakes(g.Key, all) : null))];

    internal static string Say(Waiting waiting, ImmutableArray<NodeRow> all, TurnRules rules)
    {
        if (waiting.Group is not { } group)
        {
            return "A worker has not seen it yet.";
        }

        if (NobodyTakes(group, all) is { } trouble)
        {
            return trouble;
        }

        if (waiting.Pause is { } pause)
        {
            return $"It is tried again in about {Math.Max(1, Math.Ceiling(pause.TotalSeconds)).ToString("F0", CultureInfo.InvariantCulture)} seconds.";
        }

        if (waiting.Held >= rules.MostPerOwner)
        {
            return $"{Count(waiting.Held, "run")} of its owner {(waiting.Held == 1 ? "is" : "are")} being vetted, as many as one person may have at a time.";
        }

        var slots = all.Where(n => n.Works(group)).Sum(n => n.Slots(group));
        var where = group == JobNames.GpuGroup ? " on nodes with a graphics card" : "";
        return waiting.Others == 0
            ? $"It is the next{where}: {Count(slots, "run")} may be vetted at a time."
            : $"{Count(waiting.Others, "other run")} {(waiting.Others == 1 ? "waits" : "wait")} as well; {Count(slots, "run")} may be vetted at a time{where}, and everybody gets a turn.";
    }

    /// <summary>Why nothing of a group is taken; null when something is.</summary>
    private static string? NobodyTakes(string group, ImmutableArray<NodeRow> all)
    {
        var there = all.Where(n => n.IsAlive && n.Takes(group)).ToList();
        var kind = group == JobNames.GpuGroup ? "with a graphics card (group gpu)" : $"of the group {group}";
        return there.Exists(n => n.Wish == NodeWish.Work) ? null
            : there.Count > 0 ? $"Every node {kind} is draining or paused: {string.Join(", ", there.Select(n => n.Id))}."
            : $"No node {kind} is running.";
    }

    private NodeRow Itself => new(node.Work.Id, "all", node.Card.Groups, node.Card.Version, default, default, TimeSpan.Zero, 0, NodeWish.Work);

    private static string Count(int number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");
}
