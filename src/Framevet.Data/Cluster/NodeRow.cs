using System.Globalization;

namespace Framevet.Data.Cluster;

/// <summary>What an admin wants of a node.</summary>
public enum NodeWish
{
    /// <summary>It takes work.</summary>
    Work,

    /// <summary>It finishes what it has and takes nothing new.</summary>
    Drain,

    /// <summary>It hands back what it has at once and takes nothing new.</summary>
    Pause,
}

/// <summary>A node as the cluster page shows it. <paramref name="Silence"/>: since its last sign of life; <paramref name="SkewMs"/>: by how many milliseconds the database's clock is ahead of its own.</summary>
public sealed record NodeRow(string Id, string Role, string Groups, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt, TimeSpan Silence, double SkewMs, NodeWish Wish)
{
    /// <summary>Whether it gave a sign of life lately.</summary>
    public bool IsAlive => Silence < NodeStore.Silence;

    /// <summary>Whether it takes new work of a group at the moment.</summary>
    public bool Works(string group) => IsAlive && Wish == NodeWish.Work && Takes(group);

    /// <summary>Whether it is there for a group of work.</summary>
    public bool Takes(string group) => Slots(group) > 0;

    /// <summary>How much of a group it takes at once.</summary>
    public int Slots(string group) => Groups.Split(", ").Select(g => g.Split(' ')).Where(g => g[0] == group).Sum(g => g.Length > 1 ? int.Parse(g[1], CultureInfo.InvariantCulture) : 1);
}

/// <summary>What a node says about itself.</summary>
public sealed record NodeCard(string Id, string Role, string Groups, string Version);
