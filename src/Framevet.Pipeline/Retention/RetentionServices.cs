using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Pipeline.Retention;

/// <summary>Registers retention; the host adds <see cref="IRetentionStore"/>.</summary>
public static class RetentionServices
{
    /// <summary>Singletons.</summary>
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.TryAddSingleton(sp => new UpkeepGate(sp.GetService<IUpkeepLock>()));
        services.TryAddSingleton<RetentionDesk>();
        return services;
    }
}
