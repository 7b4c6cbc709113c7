using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>Registers uploads; the host adds <see cref="IUploadStore"/>.</summary>
public static class UploadServices
{
    /// <summary>Singletons; the options come from the section <c>Uploads</c>, checked at start.</summary>
    public static IServiceCollection AddUploads(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<UploadOptions>().Bind(configuration.GetSection(UploadOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(sp => new UploadFiles(FolderOf(sp), sp.GetRequiredService<DiskReserve>()));
        services.AddSingleton(sp => new ReservedFolder(FolderOf(sp)));
        services.TryAddSingleton(sp => new UploadFinish(sp.GetRequiredService<IUploadStore>(), sp.GetRequiredService<IRunStore>(), sp.GetRequiredService<RunDesk>(),
            sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<UploadFiles>(), sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(sp => new QuotaDesk(sp.GetService<IQuotaStore>(), sp.GetRequiredService<ISettingsStore>(), sp.GetRequiredService<IAuditTrail>(), sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(sp => new UploadDesk(sp.GetRequiredService<IUploadStore>(), sp.GetRequiredService<ISettingsStore>(), sp.GetRequiredService<UploadFiles>(),
            sp.GetRequiredService<UploadFinish>(), sp.GetRequiredService<IOptions<UploadOptions>>().Value, sp.GetRequiredService<DiskReserve>(),
            sp.GetRequiredService<QuotaDesk>(), sp.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static string FolderOf(IServiceProvider services) =>
        services.GetRequiredService<IOptions<UploadOptions>>().Value.Folder ?? Path.Combine(services.GetRequiredService<IOptions<StorageOptions>>().Value.Root, UploadOptions.UsualFolder);
}
