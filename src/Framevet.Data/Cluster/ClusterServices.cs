using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Data.Cluster;

/// <summary>What several nodes on one database need beyond one.</summary>
public static class ClusterServices
{
    /// <summary>Registers the wire between nodes and has all news of runs go over it. <paramref name="node"/>: this one.</summary>
    public static IServiceCollection AddFramevetCluster(this IServiceCollection services, WorkNode node)
    {
        services.Replace(ServiceDescriptor.Singleton(node));
        services.AddSingleton<PostgresWire>();
        services.AddSingleton<IClusterWire>(p => p.GetRequiredService<PostgresWire>());
        services.AddHostedService(p => p.GetRequiredService<PostgresWire>());
        services.Replace(ServiceDescriptor.Singleton<IRunEvents, ClusterRunEvents>());
        services.AddSingleton<IUpkeepLock, PostgresUpkeepLock>();
        return services;
    }
}
