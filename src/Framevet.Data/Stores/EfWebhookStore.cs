using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Webhooks and their outbox. An event is stored once per address, whoever puts it in how often. Secrets are stored sealed.</summary>
internal sealed class EfWebhookStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, ISecretSeal seal) : IWebhookStore
{
    // What does not begin like this was stored by an earlier version, as it is.
    private const string SealedMark = "sealed:";

    private const string InsertSql = """
        INSERT INTO "WebhookDeliveries" ("TargetId", "EventId", "Kind", "Body", "State", "Attempts", "CreatedAt", "FirstDueAt", "NextAt")
        VALUES (@target, @event, @kind, @body, 'Waiting', 0, @at, @at, @at) ON CONFLICT ("TargetId", "EventId") DO NOTHING
        """;

    public async Task<ImmutableArray<WebhookTarget>> TargetsAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. (await db.WebhookTargets.AsNoTracking().OrderBy(t => t.Name).ThenBy(t => t.Id).ToListAsync(ct).ConfigureAwait(false)).Select(t => t.ToTarget(Opened(t)))];
        }
    }

    public Task SaveAsync(WebhookTarget target, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var row = await scope.Db.WebhookTargets.SingleOrDefaultAsync(t => t.Id == target.Id, token).ConfigureAwait(false);
            var next = new WebhookTargetTable
            {
                Id = target.Id,
                Name = target.Name,
                Address = target.Address.AbsoluteUri,
                Secret = target.Secret is { } secret ? Sealed(target.Id, secret)
                    : row?.Secret ?? throw new InvalidOperationException("A new address needs a secret."),
                Kinds = string.Join(',', target.Kinds),
                IsActive = target.IsActive,
                CreatedBy = target.CreatedBy,
                CreatedAt = target.CreatedAt,
            };
            if (row is null)
            {
                scope.Db.WebhookTargets.Add(next);
            }
            else
            {
                scope.Db.Entry(row).CurrentValues.SetValues(next);
            }

            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    public Task<bool> RemoveAsync(Guid id, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) => await scope.Db.WebhookTargets.Where(t => t.Id == id).ExecuteDeleteAsync(token).ConfigureAwait(false) == 1, ct);

    public Task AddAsync(WebhookEvent news, CancellationToken ct) => gate.WriteAsync((scope, token) => AddAsync(scope, news, token), ct);

    public Task AddAsync(WebhookEvent news, Guid target, CancellationToken ct) => gate.WriteAsync((scope, token) => InsertAsync(scope.Command(InsertSql), news, target, token), ct);

    public Task<ImmutableArray<WebhookDelivery>> TakeDueAsync(DateTimeOffset now, TimeSpan lease, int take, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var due = await scope.Db.WebhookDeliveries.AsNoTracking().Where(d => d.State == WebhookState.Waiting && d.NextAt <= now)
                .OrderBy(d => d.NextAt).ThenBy(d => d.Id).Take(take).ToListAsync(token).ConfigureAwait(false);
            var hold = scope.Command("""UPDATE "WebhookDeliveries" SET "NextAt" = @until WHERE "Id" = @id""");
            foreach (var row in due)
            {
                await hold.With("@id", row.Id).With("@until", now + lease).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            }

            return due.Select(d => d.ToDelivery()).ToImmutableArray();
        },
        ct);

    public Task CloseAsync(long id, WebhookState state, int? status, string? error, DateTimeOffset? nextAt, DateTimeOffset at, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command("""
            UPDATE "WebhookDeliveries" SET "State" = @state, "LastStatus" = @status, "LastError" = @error, "NextAt" = @next, "LastAt" = @at, "Attempts" = "Attempts" + 1 WHERE "Id" = @id
            """)
            .With("@id", id).With("@state", state).With("@status", status).With("@error", error).With("@next", nextAt).With("@at", at).ExecuteNonQueryAsync(token),
        ct);

    public async Task<(ImmutableArray<WebhookDelivery> Deliveries, int Total)> PageAsync(Guid? target, WebhookState? state, int skip, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = db.WebhookDeliveries.AsNoTracking();
            rows = target is { } id ? rows.Where(d => d.TargetId == id) : rows;
            rows = state is { } wanted ? rows.Where(d => d.State == wanted) : rows;
            var page = await rows.OrderByDescending(d => d.Id).Skip(skip).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return ([.. page.Select(d => d.ToDelivery())], await rows.CountAsync(ct).ConfigureAwait(false));
        }
    }

    public async Task<WebhookDelivery?> GetAsync(long id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return (await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct).ConfigureAwait(false))?.ToDelivery();
        }
    }

    public Task<bool> ReplayAsync(long id, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) => await scope.Command("""UPDATE "WebhookDeliveries" SET "State" = 'Waiting', "NextAt" = @now, "FirstDueAt" = @now, "Attempts" = 0 WHERE "Id" = @id""")
            .With("@id", id).With("@now", now).ExecuteNonQueryAsync(token).ConfigureAwait(false) == 1,
        ct);

    public async Task<int> SealSecretsAsync(CancellationToken ct)
    {
        var count = await SealOpenAsync(ct).ConfigureAwait(false);
        if (count > 0)
        {
            var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                await db.Dialect.AfterErasingAsync(db, "WebhookTargets", ct).ConfigureAwait(false);
            }
        }

        return count;
    }

    /// <summary>Stores the news for every active address that wants it, in a transaction of somebody else's.</summary>
    internal static async Task AddAsync(WriteScope scope, WebhookEvent news, CancellationToken ct)
    {
        var targets = await scope.Db.WebhookTargets.AsNoTracking().Where(t => t.IsActive).ToListAsync(ct).ConfigureAwait(false);
        var insert = scope.Command(InsertSql);
        foreach (var target in targets.Where(t => t.Kinds.Split(',').Contains(news.Kind)))
        {
            await InsertAsync(insert, news, target.Id, ct).ConfigureAwait(false);
        }
    }

    private Task<int> SealOpenAsync(CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            await scope.Db.Dialect.BeforeErasingAsync(scope, token).ConfigureAwait(false);
            var open = await scope.Db.WebhookTargets.Where(t => !t.Secret.StartsWith(SealedMark)).ToListAsync(token).ConfigureAwait(false);
            foreach (var row in open)
            {
                row.Secret = Sealed(row.Id, row.Secret);
            }

            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return open.Count;
        },
        ct);

    private string Sealed(Guid target, string secret) => SealedMark + seal.Seal(target.ToString("N"), secret);

    private string? Opened(WebhookTargetTable row) =>
        row.Secret.StartsWith(SealedMark, StringComparison.Ordinal) ? seal.Open(row.Id.ToString("N"), row.Secret[SealedMark.Length..]) : row.Secret;

    private static Task<int> InsertAsync(System.Data.Common.DbCommand insert, WebhookEvent news, Guid target, CancellationToken ct) => insert
        .With("@target", target).With("@event", news.Id).With("@kind", news.Kind)
        .With("@body", RowJson.Write(new { id = news.Id, type = news.Kind, at = news.At, data = news.Data })).With("@at", news.At).ExecuteNonQueryAsync(ct);
}
