using Framevet.Data.Engines;
using Framevet.Data.Queries;
using Framevet.Data.Tables;
using Framevet.Pipeline;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sharing;
using Framevet.Pipeline.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data;

/// <summary>
/// The model. One derived context per database, because each has migrations of its own. A context lives for one operation: take it from
/// <see cref="IDbContextFactory{TContext}"/>, never inject it into a component.
/// </summary>
public abstract class FramevetDb(DbContextOptions options) : IdentityDbContext<FramevetUser>(options)
{
    /// <summary>Pinned: otherwise the model would follow the options of whoever builds it, and the migrations would not.</summary>
    protected override Version SchemaVersion => IdentitySchemaVersions.Version2;

    /// <summary>What this database says in its own way.</summary>
    internal abstract SqlDialect Dialect { get; }

    /// <summary>A text in capitals, of every script, for comparing without regard to case; both sides of a comparison go through it. In queries only.</summary>
    internal static string Upper(string text) => throw new NotSupportedException($"Runs in the database only ({text.Length} characters).");

    internal DbSet<MediaTable> Media => Set<MediaTable>();
    internal DbSet<RunTable> Runs => Set<RunTable>();
    internal DbSet<FrameTable> Frames => Set<FrameTable>();
    internal DbSet<SceneTable> Scenes => Set<SceneTable>();
    internal DbSet<PersonTable> Persons => Set<PersonTable>();
    internal DbSet<PersonFaceTable> PersonFaces => Set<PersonFaceTable>();
    internal DbSet<FindingTable> Findings => Set<FindingTable>();
    internal DbSet<VerdictTable> Verdicts => Set<VerdictTable>();
    internal DbSet<ReviewItemTable> ReviewItems => Set<ReviewItemTable>();
    internal DbSet<ReviewDecisionTable> ReviewDecisions => Set<ReviewDecisionTable>();
    internal DbSet<ReviewExposureTable> ReviewExposure => Set<ReviewExposureTable>();
    internal DbSet<ReviewSeenTable> ReviewSeen => Set<ReviewSeenTable>();
    internal DbSet<GoldenItemTable> GoldenItems => Set<GoldenItemTable>();
    internal DbSet<GoldenAnswerTable> GoldenAnswers => Set<GoldenAnswerTable>();
    internal DbSet<ClearedRunTable> ClearedRuns => Set<ClearedRunTable>();
    internal DbSet<UserPreferencesTable> UserPreferences => Set<UserPreferencesTable>();
    internal DbSet<ExportTable> Exports => Set<ExportTable>();
    internal DbSet<SettingsVersionTable> SettingsVersions => Set<SettingsVersionTable>();
    internal DbSet<PolicyVersionTable> PolicyVersions => Set<PolicyVersionTable>();
    internal DbSet<PaidCallTable> PaidCalls => Set<PaidCallTable>();
    internal DbSet<BankEntryTable> BankEntries => Set<BankEntryTable>();
    internal DbSet<MarkerTable> Markers => Set<MarkerTable>();
    internal DbSet<WebhookTargetTable> WebhookTargets => Set<WebhookTargetTable>();
    internal DbSet<WebhookDeliveryTable> WebhookDeliveries => Set<WebhookDeliveryTable>();
    internal DbSet<AuditTable> Audit => Set<AuditTable>();
    internal DbSet<RunLogTable> RunLog => Set<RunLogTable>();
    internal DbSet<ApiKeyTable> ApiKeys => Set<ApiKeyTable>();
    internal DbSet<SetupTokenTable> SetupTokens => Set<SetupTokenTable>();
    internal DbSet<SessionTable> Sessions => Set<SessionTable>();
    internal DbSet<SignInTryTable> SignInTries => Set<SignInTryTable>();
    internal DbSet<SignInLockTable> SignInLocks => Set<SignInLockTable>();
    internal DbSet<UsedCodeTable> UsedCodes => Set<UsedCodeTable>();
    internal DbSet<UploadTable> Uploads => Set<UploadTable>();
    internal DbSet<LinkTable> Links => Set<LinkTable>();
    internal DbSet<CookieTable> Cookies => Set<CookieTable>();
    internal DbSet<QuarantineTable> Quarantine => Set<QuarantineTable>();
    internal DbSet<RepeatTable> Repeats => Set<RepeatTable>();
    internal DbSet<FrameMarkTable> FrameMarks => Set<FrameMarkTable>();
    internal DbSet<MarkOpTable> MarkOps => Set<MarkOpTable>();
    internal DbSet<MarkChangeTable> MarkChanges => Set<MarkChangeTable>();
    internal DbSet<FilterPresetTable> FilterPresets => Set<FilterPresetTable>();
    internal DbSet<ShareTable> Shares => Set<ShareTable>();
    internal DbSet<SharePickTable> SharePicks => Set<SharePickTable>();
    internal DbSet<NodeTable> Nodes => Set<NodeTable>();
    internal DbSet<RunSegmentTable> RunSegments => Set<RunSegmentTable>();
    internal DbSet<ClusterNewsTable> ClusterNews => Set<ClusterNewsTable>();
    internal DbSet<ServerKeyTable> ServerKeys => Set<ServerKeyTable>();
    internal DbSet<SelectionVersionTable> SelectionVersions => Set<SelectionVersionTable>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        base.ConfigureConventions(configurationBuilder);
        // On PostgreSQL, too: its own type keeps microseconds, and the hashes of the audit trail and of backups cover every tick.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksColumn>();
        configurationBuilder.Properties<RunId>().HaveConversion<RunIdColumn>().HaveMaxLength(32);
        configurationBuilder.Properties<RunState>().HaveConversion<string>();
        configurationBuilder.Properties<FailureCode>().HaveConversion<string>();
        configurationBuilder.Properties<FrameState>().HaveConversion<string>();
        configurationBuilder.Properties<MarkFlag>().HaveConversion<string>();
        configurationBuilder.Properties<MarkOrderKind>().HaveConversion<string>();
        configurationBuilder.Properties<Decision>().HaveConversion<string>();
        configurationBuilder.Properties<ReviewState>().HaveConversion<string>();
        configurationBuilder.Properties<ExportState>().HaveConversion<string>();
        configurationBuilder.Properties<SharedFrames>().HaveConversion<string>();
        configurationBuilder.Properties<LinkState>().HaveConversion<string>();
        configurationBuilder.Properties<UploadKind>().HaveConversion<string>();
        configurationBuilder.Properties<RunLogLevel>().HaveConversion<string>();
        configurationBuilder.Properties<CallOutcome>().HaveConversion<string>();
        configurationBuilder.Properties<BankKind>().HaveConversion<string>();
        configurationBuilder.Properties<WebhookState>().HaveConversion<string>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        base.OnModelCreating(builder);
        // Identity asks the options all the same whether there are passkeys.
        builder.Ignore<IdentityUserPasskey<string>>();
        builder.Entity<IdentityRole>().ToTable("Roles");
        builder.Entity<IdentityUserRole<string>>().ToTable("UserRoles");
        builder.Entity<IdentityUserClaim<string>>().ToTable("UserClaims");
        builder.Entity<IdentityUserLogin<string>>().ToTable("UserLogins");
        builder.Entity<IdentityUserToken<string>>().ToTable("UserTokens");
        builder.Entity<IdentityRoleClaim<string>>().ToTable("RoleClaims");
        builder.ApplyConfigurationsFromAssembly(typeof(FramevetDb).Assembly);
    }
}
