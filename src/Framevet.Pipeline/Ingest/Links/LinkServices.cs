using Framevet.Pipeline.Ingest.Links.Skim;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Registers links; the host adds <see cref="ILinkStore"/>, <see cref="ICookieJar"/> and <see cref="FindActor"/>.</summary>
public static class LinkServices
{
    /// <summary>Singletons; the options and <see cref="YtDlpHealth"/> come with <see cref="Tools.MediaServices.AddMedia"/>.</summary>
    public static IServiceCollection AddLinks(this IServiceCollection services)
    {
        services.TryAddSingleton<YtDlp>();
        services.TryAddSingleton<DirectDownload>();
        services.TryAddSingleton<KeyframeSkim>();
        services.TryAddSingleton<FileFetch>();
        services.TryAddSingleton(sp => new LinkFetch(sp.GetRequiredService<ILinkStore>(), sp.GetRequiredService<ICookieJar>(), sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<ISettingsStore>(),
            sp.GetRequiredService<YtDlp>(), sp.GetRequiredService<FileFetch>(), sp.GetRequiredService<UploadDesk>(), sp.GetRequiredService<RunDesk>(),
            sp.GetRequiredService<OutboundWall>(), sp.GetRequiredService<QuotaDesk>(), sp.GetRequiredService<IOptions<LinksOptions>>(), sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(sp => new LinkDownload(sp.GetRequiredService<YtDlp>(), sp.GetRequiredService<FileFetch>(), sp.GetRequiredService<OutboundWall>(), sp.GetRequiredService<IOptions<LinksOptions>>()));
        services.TryAddSingleton(sp => new LinkHands(sp.GetRequiredService<ILinkStore>(), sp.GetRequiredService<LinkFetch>(), sp.GetRequiredService<FindActor>(), sp.GetRequiredService<DiskReserve>(),
            sp.GetRequiredService<WorkNode>(), sp.GetRequiredService<TimeProvider>(), sp.GetRequiredService<ILogger<LinkHands>>()));
        services.TryAddSingleton(sp => new LinkDesk(sp.GetRequiredService<ILinkStore>(), sp.GetRequiredService<LinkFetch>(), sp.GetRequiredService<YtDlp>(), sp.GetRequiredService<IBlobStore>(),
            sp.GetRequiredService<OutboundWall>(), sp.GetRequiredService<IOptions<LinksOptions>>(), sp.GetRequiredService<LinkHands>(), sp.GetRequiredService<DiskReserve>(), sp.GetRequiredService<QuotaDesk>(), sp.GetRequiredService<TimeProvider>()));
        return services;
    }
}
