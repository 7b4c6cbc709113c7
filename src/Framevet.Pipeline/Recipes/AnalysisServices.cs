using Framevet.Pipeline.Tools;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Pipeline.Recipes;

/// <summary>Registers what the analysis stages need.</summary>
public static class AnalysisServices
{
    /// <summary>The part catalogue and what parts ask for.</summary>
    public static IServiceCollection AddAnalysis(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<JpegCodec>();
        services.TryAddSingleton<PartCatalog>();
        return services;
    }
}
