using System.ComponentModel.DataAnnotations;

namespace Framevet.Web.Cluster;

/// <summary>What a server process does.</summary>
public enum NodeRole
{
    /// <summary>Serves people and does the work.</summary>
    All,

    /// <summary>Serves people; work is left to others.</summary>
    Web,

    /// <summary>Does the work; answers nobody but supervisors.</summary>
    Worker,
}

/// <summary>This process among others on the same data. More than one needs PostgreSQL.</summary>
public sealed record NodeOptions
{
    /// <summary>All, web or worker.</summary>
    [EnumDataType(typeof(NodeRole), ErrorMessage = "is all, web or worker.")]
    public NodeRole Role { get; init; } = NodeRole.All;

    /// <summary>Unique name; null = the machine's name and the number of the process.</summary>
    [RegularExpression("[A-Za-z0-9._-]{1,60}", ErrorMessage = "has 1 to 60 letters, digits, dots, dashes or underscores.")]
    public string? Name { get; init; }

    /// <summary>Groups of work that this node takes: <c>io</c> (exports), <c>cpu</c> (runs), <c>gpu</c> (runs with models, while a node takes them); none = io and cpu. How much at once: <c>Framevet:Jobs</c>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Seconds after which a node that gives no sign of life loses its runs to others.</summary>
    [Range(3, 600)]
    public int LeaseSeconds { get; init; } = 15;
}
