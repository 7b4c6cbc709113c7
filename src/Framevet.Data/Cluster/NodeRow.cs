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

    /// <summary>Whether it takes a group of work.</summary>
    public bool Takes(string group) => Groups.Split(", ").Any(g => g.Split(' ')[0] == group);
}

/// <summary>What a node says about itself.</summary>
public sealed record NodeCard(string Id, string Role, string Groups, string Version);
