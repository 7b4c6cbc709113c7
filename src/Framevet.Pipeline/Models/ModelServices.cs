using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Pipeline.Models;

/// <summary>Registers the catalogue of models and the folder of their files.</summary>
public static class ModelServices
{
    /// <summary>What knows and keeps models.</summary>
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.TryAddSingleton<ModelCatalog>();
        services.TryAddSingleton<ModelStore>();
        services.TryAddSingleton<ModelPuller>();
        services.TryAddSingleton<ModelNeeds>();
        services.TryAddSingleton<ModelCheck>();
        services.TryAddSingleton<OwnModels>();
        services.TryAddSingleton<ModelDesk>();
        return services;
    }
}
