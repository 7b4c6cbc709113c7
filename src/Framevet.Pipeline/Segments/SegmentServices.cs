using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Pipeline.Segments;

/// <summary>What sharing long files among workers needs.</summary>
public static class SegmentServices
{
    /// <summary>Registers it; the host brings an <see cref="ISegmentStore"/> and an <see cref="ISegmentCrew"/>. Without this call every run is measured by one worker.</summary>
    public static IServiceCollection AddFanOut(this IServiceCollection services)
    {
        services.TryAddSingleton<Decode.SegmentScan>();
        services.TryAddSingleton<SegmentMeasuring>();
        services.TryAddSingleton<SegmentWorker>();
        services.TryAddSingleton<FanOut>();
        return services;
    }
}
