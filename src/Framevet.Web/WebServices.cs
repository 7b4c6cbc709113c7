using Framevet.Data;
using Framevet.Data.Cluster;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Ingest.Watch;
using Framevet.Web.Api;
using Framevet.Web.Cluster;
using Framevet.Web.Components.Shared;
using Framevet.Web.Demo;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;
using Framevet.Web.Jobs;
using Framevet.Web.Live;
using Framevet.Web.Telemetry;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Radzen;

namespace Framevet.Web;

/// <summary>Everything that the server is made of.</summary>
internal static class WebServices
{
    private const string DefaultAddress = "http://localhost:5080";

    /// <summary>Registers all services.</summary>
    /// <exception cref="ConfigurationException">The configuration is not usable.</exception>
    public static void AddFramevetWeb(this WebApplicationBuilder builder)
    {
        // ./run starts the built, not published, app outside the Development environment; only there is this on by itself.
        // In a published app the file it reads does not exist, and the call does nothing.
        builder.WebHost.UseStaticWebAssets();
        var options = StrictConfiguration.Read(builder.Configuration);
        var folder = new DataFolder(options.DataFolder);
        var data = StrictConfiguration.ReadData(builder.Configuration);
        var node = ThisNode.From(options.Node, options.Jobs, data.Provider);
        AddHost(builder, options, folder);
        builder.AddTelemetry();

        var services = builder.Services;
        services.AddFramevetPipeline(builder.Configuration);
        services.AddFramevetData(builder.Configuration);
        services.AddOptions<WatchOptions>().Bind(builder.Configuration.GetSection(WatchOptions.Section), o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddFramevetIdentity(options, folder);
        AddNode(services, node);
        services.AddFramevetJobs(options.Jobs, data, node, folder.JobsDatabase);
        AddApi(services);
        services.AddSignalR(o => o.AddFilter<SessionEnds>()).AddJsonProtocol(o => PipelineJson.Configure(o.PayloadSerializerOptions));
        if (node.ServesPeople)
        {
            // They watch all runs; where nobody does, the frames that other nodes score need not be read.
            services.AddHostedService<HubForwarder>();
            services.AddHostedService(p => p.GetRequiredService<PulseMeter>());
        }

        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();

        // In this order: the database first, then what is left of the last time, then the demo.
        services.AddSingleton<DemoClip>();
        services.AddHostedService<StartUp>();
        AddWork(services, node);
    }

    private static void AddNode(IServiceCollection services, ThisNode node)
    {
        services.AddSingleton(node);
        services.AddSingleton<NodeDesk>();
        if (!node.IsClustered)
        {
            services.AddSingleton<IClusterWire, NoWire>();
            return;
        }

        services.AddFramevetCluster(node.Work);
        services.AddHostedService<PresenceNews>();
    }

    /// <summary>What goes on in the background; on a node that only serves people, nothing but what belongs to the node itself.</summary>
    private static void AddWork(IServiceCollection services, ThisNode node)
    {
        services.AddHostedService<DiskWatch>();
        if (node.IsClustered)
        {
            services.AddHostedService<NodeKeeper>();
        }

        services.AddHostedService<DemoMaker>();
        if (!node.RunsJobs)
        {
            return;
        }

        services.AddHostedService<ReviewClock>();
        services.AddHostedService<RetentionWorker>();
        services.AddHostedService<LinkWorker>();
        services.AddHostedService<WatchWorker>();
        services.AddHostedService<AfterDecisions>();
    }

    private static void AddHost(WebApplicationBuilder builder, FramevetOptions options, DataFolder folder)
    {
        // Only this machine, unless the operator says otherwise.
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        // One setting moves all data; the parts of it can still be moved alone.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?> { ["Data:Folder"] = folder.Root, ["Storage:Root"] = Path.Combine(folder.Root, "blobs"), ["Models:Folder"] = Path.Combine(folder.Root, "models") },
        });
        folder.Create();
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton(folder);
        builder.Services.AddSingleton(new Pipeline.Storage.ReservedFolder(folder.Root));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.WebHost.ConfigureKestrel(k => k.AddServerHeader = false);
        builder.Services.AddHealthChecks().AddCheck<ReadyCheck>("ready");
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddProblemDetails(o => o.CustomizeProblemDetails = Problems.Complete);
        services.AddExceptionHandler<ProblemWriter>();
        services.ConfigureHttpJsonOptions(o => PipelineJson.Configure(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddApiDocument();
        services.AddSingleton<FrameLookQuery>();
        services.AddSingleton<RunAccess>();
        services.AddSingleton<ExportChooser>();
        services.AddSingleton<GuestPass>();
        services.AddSingleton<GuestPictures>();
        services.AddSingleton<PictureForm>();
        services.AddSingleton<GuestDoor>();
        services.AddSingleton<PulseMeter>();
        services.AddSingleton<SettingsDesk>();
        services.AddSingleton<BlurCache>();
        services.AddSingleton<BlurredPictures>();
        services.AddSingleton<TimeStrip>();
        services.AddSingleton<Presence>();
        services.AddScoped<KeyMap>();
        services.AddSingleton<MarkDesk>();
        services.AddSingleton<DiverseDesk>();
        services.AddSingleton<CostDesk>();
        services.AddSingleton<LabDesk>();
        services.AddSingleton<FaceCrops>();
        services.AddSingleton<Components.Pages.Submit.WantedPeople>();
    }
}
