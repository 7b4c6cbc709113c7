using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Pipeline.Outbound;

/// <summary>Registers wall and door.</summary>
public static class OutboundServices
{
    /// <summary>Singletons; the options come from the section <c>Outbound</c>, checked at start.</summary>
    public static IServiceCollection AddOutbound(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<OutboundOptions>().Bind(configuration.GetSection(OutboundOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<OutboundWall>();
        services.TryAddSingleton<OutboundDoor>();
        return services;
    }
}
