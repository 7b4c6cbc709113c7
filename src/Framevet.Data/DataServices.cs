using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Sharing;
using Framevet.Pipeline.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Framevet.Data;

/// <summary>Everything of this project in one call.</summary>
public static class DataServices
{
    /// <summary>
    /// Registers context factory, stores and queries; options come from the section <see cref="DataOptions.Section"/>. Call
    /// <see cref="DatabaseStart.MigrateAsync"/> before anything else uses the database. The host brings an <see cref="ISecretSeal"/>. A scoped <see cref="FramevetDb"/> is there for
    /// Identity's stores only.
    /// </summary>
    public static IServiceCollection AddFramevetData(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<DataOptions>()
            .Bind(configuration.GetSection(DataOptions.Section), o => o.ErrorOnUnknownConfiguration = true)
            .ValidateDataAnnotations()
            .Validate(o => o.Provider != DatabaseKind.Postgres || !string.IsNullOrWhiteSpace(o.ConnectionString), DataOptions.NoServer)
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddPooledDbContextFactory<SqliteFramevetDb>((provider, builder) => builder
            .UseSqlite(provider.GetRequiredService<IOptions<DataOptions>>().Value.Connection.ToString())
            .AddInterceptors(SqliteSession.Instance));
        services.AddPooledDbContextFactory<PostgresFramevetDb>((provider, builder) => builder.UseNpgsql(provider.GetRequiredService<IOptions<DataOptions>>().Value.Server.ToString()));
        services.AddSingleton<IDbContextFactory<FramevetDb>>(provider => provider.GetRequiredService<IOptions<DataOptions>>().Value.Provider switch
        {
            DatabaseKind.Postgres => new FramevetDbFactory<PostgresFramevetDb>(provider.GetRequiredService<IDbContextFactory<PostgresFramevetDb>>()),
            _ => new FramevetDbFactory<SqliteFramevetDb>(provider.GetRequiredService<IDbContextFactory<SqliteFramevetDb>>()),
        });
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<FramevetDb>>().CreateDbContext());
        services.AddSingleton<DatabaseStart>();

        services.AddSingleton<WriteGate>();
        services.AddSingleton<IRunStore, EfRunStore>();
        services.AddSingleton<Pipeline.Segments.ISegmentStore, EfSegmentStore>();
        services.AddSingleton<IReviewQueue, EfReviewQueue>();
        services.AddSingleton<IReviewLedger, EfReviewLedger>();
        services.AddSingleton(p => new PreferencesStore(Contexts(p), p.GetRequiredService<WriteGate>()));
        services.AddSingleton(p => new MarkStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFrameRatings>(p => new MarkRatings(Contexts(p)));
        services.AddSingleton(p => new PresetStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IExportStore, EfExportStore>();
        services.AddSingleton<IShareStore, EfShareStore>();
        services.AddSingleton<ISelectionStore, EfSelectionStore>();
        services.AddSingleton<ISettingsStore, EfSettingsStore>();
        services.AddSingleton<IUploadStore, EfUploadStore>();
        services.AddSingleton<ILinkStore, EfLinkStore>();
        services.AddSingleton<IQuarantine, EfQuarantine>();
        services.AddSingleton<IQuotaStore, EfQuotaStore>();
        services.AddSingleton<IRetentionStore, EfRetentionStore>();
        services.AddSingleton(p => new RepeatStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new CookieStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IPolicyStore, EfPolicyStore>();
        services.AddSingleton<ICallLedger, EfCallLedger>();
        services.AddSingleton<IHashBank, EfHashBank>();
        services.AddSingleton<IDecisionFeed, EfDecisionFeed>();
        services.AddSingleton<IWebhookStore, EfWebhookStore>();
        services.AddSingleton<ISlaStore, EfSlaStore>();
        services.AddSingleton<IWebhookOutbox>(p => p.GetRequiredService<IWebhookStore>());
        services.AddSingleton<IAuditTrail, EfAuditTrail>();
        services.AddSingleton<AuditChain>();
        services.AddSingleton(p => new OnceStore(p.GetRequiredService<WriteGate>()));
        services.AddSingleton(p => new ServerKeyStore(Contexts(p), p.GetRequiredService<WriteGate>()));
        services.AddSingleton(p => new Cluster.NodeStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Backups.BackupWriter>();
        services.AddSingleton<Backups.BackupReader>();
        services.AddSingleton(p => new ApiKeyStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new SessionStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new SignInStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new SetupTokenStore(Contexts(p), p.GetRequiredService<WriteGate>(), p.GetRequiredService<TimeProvider>()));

        services.AddSingleton<Pipeline.Storage.IBlobRefs, BlobRefsQuery>();
        services.AddSingleton<RunsQuery>();
        services.AddSingleton<RunQuery>();
        services.AddSingleton<RunColumnsCache>();
        services.AddSingleton<GalleryQuery>();
        services.AddSingleton<FramesQuery>();
        services.AddSingleton<RunLiveQuery>();
        services.AddSingleton<GuestFramesQuery>();
        services.AddSingleton<DashboardQuery>();
        services.AddSingleton<ScenesQuery>();
        services.AddSingleton<PersonsQuery>();
        services.AddSingleton<ReviewQuery>();
        services.AddSingleton<QueuesQuery>();
        services.AddSingleton<WaitQuery>();
        services.AddSingleton<ReviewHealthQuery>();
        services.AddSingleton<TransparencyQuery>();
        services.AddSingleton<UsersQuery>();
        services.AddSingleton<AuditQuery>();
        services.AddSingleton<SettingsQuery>();
        services.AddSingleton<ApiKeysQuery>();
        services.AddSingleton<CostQuery>();
        services.AddSingleton<LabQuery>();
        services.AddSingleton<LoadQuery>();
        return services;
    }

    private static IDbContextFactory<FramevetDb> Contexts(IServiceProvider provider) => provider.GetRequiredService<IDbContextFactory<FramevetDb>>();
}

/// <summary>Hands the context of the chosen database out under the common type.</summary>
internal sealed class FramevetDbFactory<TDb>(IDbContextFactory<TDb> contexts) : IDbContextFactory<FramevetDb>
    where TDb : FramevetDb
{
    public FramevetDb CreateDbContext() => contexts.CreateDbContext();

    public async Task<FramevetDb> CreateDbContextAsync(CancellationToken cancellationToken) => await contexts.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
}
