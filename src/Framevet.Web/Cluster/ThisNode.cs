using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Framevet.Data;
using Framevet.Data.Cluster;
using Framevet.Pipeline.Runs;
using Framevet.Web.Hosting;
using Framevet.Web.Jobs;

namespace Framevet.Web.Cluster;

/// <summary>What this process is among the nodes, and what an admin wants of it at the moment. Thread-safe.</summary>
internal sealed class ThisNode : IDisposable
{
    private static readonly ImmutableArray<string> AllGroups = [JobNames.IoGroup, JobNames.CpuGroup, JobNames.GpuGroup];

    private CancellationTokenSource _pause = new();
    private volatile bool _isFirst;
    private volatile NodeWish _wish = NodeWish.Work;

    private ThisNode(NodeOptions options, JobsOptions jobs, bool isClustered)
    {
        Role = options.Role;
        IsClustered = isClustered;
        Groups = !RunsJobs ? [] : options.Groups.Count > 0 ? [.. options.Groups.Distinct()] : isClustered ? [JobNames.IoGroup, JobNames.CpuGroup] : AllGroups;
        Work = isClustered
            ? new WorkNode(options.Name ?? string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}"), TimeSpan.FromSeconds(options.LeaseSeconds), false)
            : WorkNode.Alone;
        Card = new NodeCard(Work.Id, Role.ToString().ToLowerInvariant(), string.Join(", ", Groups.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g} {Slots(g, jobs)}"))),
            typeof(ThisNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "");
        _isFirst = !isClustered;
    }

    public NodeRole Role { get; }

    /// <summary>Whether other nodes may work on the same data.</summary>
    public bool IsClustered { get; }

    /// <summary>Groups of work that it takes.</summary>
    public ImmutableArray<string> Groups { get; }

    /// <summary>Groups that it leaves to others.</summary>
    public IEnumerable<string> Refused => AllGroups.Except(Groups);

    /// <summary>Itself as the holder of runs.</summary>
    public WorkNode Work { get; }

    /// <summary>Itself on the cluster page.</summary>
    public NodeCard Card { get; }

    public bool RunsJobs => Role != NodeRole.Web;

    public bool ServesPeople => Role != NodeRole.Worker;

    /// <summary>Whether it does what one node does for all: what happens by time alone, links, the watched folder. Two may think so for a moment; what they do is safe then, too.</summary>
    public bool IsFirst
    {
        get => _isFirst;
        set => _isFirst = value;
    }

    /// <summary>What it was last told to do.</summary>
    public NodeWish Wish => _wish;

    /// <summary>Cancelled while it shall hand back what it has.</summary>
    public CancellationToken Paused => _pause.Token;

    /// <exception cref="ConfigurationException">The role does not go with the database, or a group is unknown.</exception>
    public static ThisNode From(NodeOptions options, JobsOptions jobs, DatabaseKind database)
    {
        var isClustered = database == DatabaseKind.Postgres;
        var role = options.Role.ToString().ToLowerInvariant();
        if (!isClustered && options.Role != NodeRole.All)
        {
            throw new ConfigurationException($"Framevet:Node:Role is {role}, but the data lies in a SQLite file, on which one process works. Use all, or a server: Data:Provider=postgres.");
        }

        if (options.Groups.FirstOrDefault(g => !AllGroups.Contains(g)) is { } unknown)
        {
            throw new ConfigurationException($"Framevet:Node:Groups names '{unknown}'; there are: {string.Join(", ", AllGroups)}.");
        }

        if (options.Role == NodeRole.Web && options.Groups.Count > 0)
        {
            throw new ConfigurationException("Framevet:Node:Groups: a node of the role web takes no work; leave the groups out, or use the role all.");
        }

        return new ThisNode(options, jobs, isClustered);
    }

    /// <summary>How much of a group it takes at once.</summary>
    public static int Slots(string group, JobsOptions jobs) => group switch
    {
        JobNames.CpuGroup => jobs.CpuSlots,
        JobNames.GpuGroup => jobs.GpuSlots,
        _ => jobs.IoSlots,
    };

    /// <summary>Takes note of what it shall do; whether that is new.</summary>
    public bool Take(NodeWish wish)
    {
        if (wish == _wish)
        {
            return false;
        }

        _wish = wish;
        if (wish == NodeWish.Pause)
        {
            _pause.Cancel();
        }
        else if (_pause.IsCancellationRequested)
        {
            _pause = new CancellationTokenSource();
        }

        return true;
    }

    public void Dispose() => _pause.Dispose();
}
