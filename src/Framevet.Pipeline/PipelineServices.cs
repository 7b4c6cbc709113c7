using Framevet.Pipeline.Export;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Sharing;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.Pipeline.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline;

/// <summary>Registers the pipeline. The host adds the ports: stores, queues and the audit trail.</summary>
public static class PipelineServices
{
    // For looking at in a browser; exports have options of their own.
    private static readonly StillOptions FullFrame = new(StillFormat.Jpeg, SquarePixels: true);

    /// <summary>Everything under this project, as singletons; the options are checked at start.</summary>
    public static IServiceCollection AddFramevetPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        Bind<StorageOptions>(services, configuration, StorageOptions.Section);
        Bind<RunOptions>(services, configuration, RunOptions.Section);
        Bind<FanOutOptions>(services, configuration, FanOutOptions.Section);
        Bind<ModerationOptions>(services, configuration, ModerationOptions.Section);
        Bind<WebhookOptions>(services, configuration, WebhookOptions.Section);
        Bind<ModelsOptions>(services, configuration, ModelsOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOutbound(configuration);
        services.AddUploads(configuration);
        services.AddLinks();
        services.AddRetention();
        services.AddSingleton(sp => new ReservedFolder(sp.GetRequiredService<IOptions<StorageOptions>>().Value.Root));
        services.TryAddSingleton(sp => new DiskReserve(sp.GetServices<ReservedFolder>(), sp.GetRequiredService<IOptions<StorageOptions>>(), sp.GetService<ReadDisk>()));
        services.TryAddSingleton(sp => StoreOf(sp.GetRequiredService<IOptions<StorageOptions>>().Value, sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<OrphanReport>();
        services.TryAddSingleton<IRunEvents, InProcessRunEvents>();
        AddParts(services);
        AddDesks(services);
        return services;
    }

    private static IBlobStore StoreOf(StorageOptions options, TimeProvider time) => options.Kind switch
    {
        BlobStoreKind.SharedFolder => new SharedFolderStore(options.Root),
        BlobStoreKind.S3 => new S3BlobStore(options.S3, options.Root, time),
        _ => new DiskBlobStore(options.Root),
    };

    private static void AddParts(IServiceCollection services)
    {
        services.AddMedia();
        services.AddModels();
        services.TryAddSingleton<Doctor>();
        services.AddInference();
        services.AddAnalysis();
        services.TryAddSingleton<BuildParts>(sp => recipe => RunParts.From(
            recipe, sp.GetRequiredService<PartCatalog>(), sp.GetRequiredService<TimeProvider>(), sp.GetRequiredService<ClipModeration>()));
        services.TryAddSingleton<ValidateRecipe>(sp => sp.GetRequiredService<PartCatalog>().Validate);
        services.TryAddSingleton<MissingChoice>(sp => recipe => WantedFace.Missing(recipe, sp.GetRequiredService<PartCatalog>()));
        services.TryAddSingleton<BuildExporter>(sp => sp.GetRequiredService<PartCatalog>().Build<IExporter>);
        services.TryAddSingleton<GrabStill>(sp => (media, frame, ct) => sp.GetRequiredService<FrameExtractor>().ExtractOneAsync(media, frame, FullFrame, ct));
        services.TryAddSingleton<Vetter>();
        services.TryAddSingleton<FaceSearch>();
    }

    private static void AddDesks(IServiceCollection services)
    {
        services.TryAddSingleton<RunPorts>();
        services.TryAddSingleton(WorkNode.Alone);
        services.TryAddSingleton(TurnRules.Default);
        services.TryAddSingleton(sp => new WorkInHand(sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ExportShelf>();
        services.TryAddSingleton<Watermark>();
        services.TryAddSingleton<ShareDesk>();
        services.TryAddSingleton<Rescoring>();
        services.TryAddSingleton<SelectionDesk>();
        services.TryAddSingleton<IFrameRatings, NoRatings>();
        services.TryAddSingleton(sp => new ExportWriter(sp.GetRequiredService<IExportStore>(), sp.GetRequiredService<IBlobStore>(),
            sp.GetRequiredService<IMediaProbe>(), sp.GetRequiredService<BuildExporter>(), sp.GetRequiredService<RunPorts>(), sp.GetRequiredService<ExportShelf>(), sp.GetRequiredService<IFrameRatings>(), Options(sp),
            sp.GetRequiredService<WorkNode>(), sp.GetRequiredService<ILogger<ExportDesk>>()));
        services.TryAddSingleton(sp => new RunIntake(sp.GetRequiredService<RunPorts>(), sp.GetRequiredService<ISettingsStore>(),
            sp.GetRequiredService<IPolicyStore>(), sp.GetRequiredService<ValidateRecipe>(), sp.GetRequiredService<MissingChoice>(), sp.GetRequiredService<ModelNeeds>(),
            sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<UpkeepGate>()));
        services.TryAddSingleton(sp => new RunWorker(sp.GetRequiredService<RunPorts>(), sp.GetRequiredService<Vetter>(), sp.GetRequiredService<ExportWriter>(),
            sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<WorkInHand>(), Options(sp), sp.GetRequiredService<ILogger<RunDesk>>(), sp.GetRequiredService<DiskReserve>(),
            sp.GetRequiredService<WorkNode>(), sp.GetRequiredService<TurnRules>(), sp.GetService<IQuarantine>(), sp.GetService<FanOut>()));
        services.TryAddSingleton(sp => new RunSweep(sp.GetRequiredService<RunPorts>(), sp.GetRequiredService<WorkInHand>(), sp.GetRequiredService<DiskReserve>(), sp.GetRequiredService<WorkNode>()));
        services.TryAddSingleton(sp => new RunDesk(sp.GetRequiredService<RunPorts>(), sp.GetRequiredService<RunIntake>(), sp.GetRequiredService<RunWorker>(),
            sp.GetRequiredService<RunSweep>(), sp.GetRequiredService<WorkInHand>(), sp.GetRequiredService<WorkNode>()));
        services.TryAddSingleton<ReviewCare>();
        services.TryAddSingleton<ReviewDesk>();
        services.TryAddSingleton<RulingDesk>();
        services.TryAddSingleton<SlaWatch>();
        services.TryAddSingleton<AppealDesk>();
        services.TryAddSingleton<QualityDesk>();
        services.AddModeration();
        services.TryAddSingleton(sp => new StillCache(sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<IMediaProbe>(), sp.GetRequiredService<GrabStill>()));
        services.TryAddSingleton(sp => new ExportDesk(sp.GetRequiredService<RunPorts>(), sp.GetRequiredService<IExportStore>(), sp.GetRequiredService<IExportQueue>(),
            sp.GetRequiredService<IBlobStore>(), sp.GetRequiredService<ExportWriter>(), sp.GetRequiredService<StillCache>(), sp.GetRequiredService<ExportShelf>(),
            sp.GetRequiredService<ValidateRecipe>(), Options(sp), sp.GetRequiredService<DiskReserve>(), sp.GetRequiredService<ILogger<ExportDesk>>()));
    }

    private static RunOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<RunOptions>>().Value;

    private static void Bind<T>(IServiceCollection services, IConfiguration configuration, string section)
        where T : class =>
        services.AddOptions<T>().Bind(configuration.GetSection(section), binder => binder.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
}
