using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Subtitles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tools;

/// <summary>Registers everything that touches media: tools, probe, decoder, stills.</summary>
public static class MediaServices
{
    /// <summary>All singletons and thread-safe. Options come from the sections <c>Tools</c>, <c>MediaLimits</c> and <c>Links</c>, checked at start.</summary>
    public static IServiceCollection AddMedia(this IServiceCollection services)
    {
        services.AddOptions<ToolOptions>().BindConfiguration(ToolOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MediaLimits>().BindConfiguration(MediaLimits.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LinksOptions>().BindConfiguration(LinksOptions.Section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<YtDlpHealth>();
        services.TryAddSingleton<FramePool>();
        services.TryAddSingleton<ToolLocator>();
        services.TryAddSingleton<ToolCheck>();
        services.TryAddSingleton<GraphicsLoad>();
        services.TryAddSingleton<JpegCodec>();
        services.TryAddSingleton<PartCatalog>();
        services.TryAddSingleton(sp => new MediaKit(sp.GetRequiredService<FramePool>(), sp.GetRequiredService<IOptions<ToolOptions>>().Value,
            sp.GetRequiredService<IOptions<MediaLimits>>().Value, sp.GetRequiredService<PartCatalog>(), sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(sp => sp.GetRequiredService<MediaKit>().Probe);
        services.TryAddSingleton(sp => sp.GetRequiredService<MediaKit>().Frames);
        services.TryAddSingleton<FrameExtractor>();
        services.TryAddSingleton<SubtitleReader>();
        return services;
    }
}
