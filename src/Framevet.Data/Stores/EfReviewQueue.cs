using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>The review queue. Who holds an item is decided by one conditional UPDATE, so of many claims at once exactly one wins.</summary>
internal sealed class EfReviewQueue(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : IReviewQueue
{
    private const string Free = """("State" = 'Waiting' OR ("State" = 'Claimed' AND "ClaimExpiresAt" <= @now))""";

    private const string Take = """UPDATE "ReviewItems" SET "State" = 'Claimed', "ClaimUserId" = @user, "ClaimUserName" = @name, "ClaimExpiresAt" = @until, "Token" = "Token" + 1 """;

    private const string NoClaim = """ "ClaimUserId" = NULL, "ClaimUserName" = NULL, "ClaimExpiresAt" = NULL """;

    public Task<ReviewItem> AddAsync(ReviewItem item, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            await scope.Command("""
                INSERT INTO "ReviewItems" ("Id", "RunId", "State", "IsEscalated", "CreatedAt", "TopLabel", "TopConfidence", "Token", "Frames", "FrameCount")
                VALUES (@id, @run, 'Waiting', @escalated, @at, @label, @confidence, 0, @frames, @count)
                ON CONFLICT DO NOTHING
                """)
                .With("@id", item.Id).With("@run", item.RunId).With("@escalated", item.IsEscalated).With("@at", item.CreatedAt)
                .With("@label", item.TopLabel).With("@confidence", item.TopConfidence).With("@frames", PtsText.Write(item.Frames)).With("@count", item.Frames.Length)
                .ExecuteNonQueryAsync(token).ConfigureAwait(false);
            var row = await Open(scope.Db, item.RunId).FirstOrDefaultAsync(token).ConfigureAwait(false)
                ?? await scope.Db.ReviewItems.AsNoTracking().SingleAsync(i => i.Id == item.Id, token).ConfigureAwait(false);
            return await ToItemAsync(scope.Db, row, clock.GetUtcNow(), token).ConfigureAwait(false);
        },
        ct);

    public async Task<ReviewItem?> GetAsync(Guid id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await FindAsync(db, id, clock.GetUtcNow(), ct).ConfigureAwait(false);
        }
    }

    public async Task<ImmutableArray<ReviewItem>> OpenForRunAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var now = clock.GetUtcNow();
            return [.. (await Open(db, run).ToListAsync(ct).ConfigureAwait(false)).Select(i => i.ToItem(null, now))];
        }
    }

    public Task<ReviewItem?> TryClaimAsync(Guid id, string userId, string userName, DateTimeOffset now, TimeSpan lease, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var got = await scope.Command($"""{Take} WHERE "Id" = @id AND ({Free} OR ("State" = 'Claimed' AND "ClaimUserId" = @user))""")
                .With("@id", id).With("@user", userId).With("@name", userName).With("@now", now).With("@until", now + lease)
                .ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return got == 1 ? await FindAsync(scope.Db, id, now, token).ConfigureAwait(false) : null;
        },
        ct);

    public Task<ReviewItem?> TryClaimNextAsync(
        string userId, string userName, DateTimeOffset now, TimeSpan lease, bool includeEscalated, ImmutableArray<Guid> skip, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var skipped = skip.IsDefault ? [] : skip;
            var names = string.Join(", ", Enumerable.Range(0, skipped.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"@skip{i}")));
            var command = scope.Command($"""
                {Take} WHERE "Id" = (SELECT "Id" FROM "ReviewItems"
                    WHERE {Free} AND (@escalated OR NOT "IsEscalated") AND "Id" NOT IN ({names}) ORDER BY "CreatedAt", "Id" LIMIT 1)
                RETURNING "Id"
                """)
                .With("@user", userId).With("@name", userName).With("@now", now).With("@until", now + lease).With("@escalated", includeEscalated);
            for (var i = 0; i < skipped.Length; i++)
            {
                command.With(string.Create(CultureInfo.InvariantCulture, $"@skip{i}"), skipped[i]);
            }

            return await command.ExecuteScalarAsync(token).ConfigureAwait(false) is string id
                ? await FindAsync(scope.Db, Guid.Parse(id), now, token).ConfigureAwait(false)
                : null;
        },
        ct);

    public Task<bool> TryRenewAsync(Guid id, long token, DateTimeOffset now, TimeSpan lease, CancellationToken ct) =>
        ChangeAsync("""UPDATE "ReviewItems" SET "ClaimExpiresAt" = @until WHERE "Id" = @id AND "State" = 'Claimed' AND "Token" = @token""", id, token, now + lease, ct);

    public Task<bool> TryReleaseAsync(Guid id, long token, DateTimeOffset now, CancellationToken ct) =>
        ChangeAsync($"""UPDATE "ReviewItems" SET "State" = 'Waiting', {NoClaim} WHERE "Id" = @id AND "State" = 'Claimed' AND "Token" = @token""", id, token, until: null, ct);

    public Task<bool> TryDecideAsync(Guid id, long token, ReviewDecision decision, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        async (scope, stop) =>
        {
            var isEscalation = decision.Decision == Decision.Escalate;
            var outcome = isEscalation ? """ "State" = 'Waiting', "IsEscalated" = 1 """ : """ "State" = 'Decided', "DecidedAt" = @now """;
            var changed = await scope.Command($"""
                UPDATE "ReviewItems" SET {outcome}, {NoClaim} WHERE "Id" = @id AND "State" = 'Claimed' AND "Token" = @token AND "ClaimExpiresAt" > @now
                """)
                .With("@id", id).With("@token", token).With("@now", now).ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            if (changed == 0)
            {
                return false;
            }

            scope.Db.ReviewDecisions.Add(new ReviewDecisionTable
            {
                ItemId = id,
                Decision = decision.Decision,
                Label = decision.Label,
                Note = decision.Note,
                UserId = decision.UserId,
                UserName = decision.UserName,
                At = decision.At,
            });
            await scope.Db.SaveChangesAsync(stop).ConfigureAwait(false);
            return true;
        },
        ct);

    public Task WithdrawAsync(RunId run, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command($"""UPDATE "ReviewItems" SET "State" = 'Withdrawn', {NoClaim} WHERE "RunId" = @run AND "State" IN ('Waiting', 'Claimed')""")
            .With("@run", run).ExecuteNonQueryAsync(token),
        ct);

    private Task<bool> ChangeAsync(string sql, Guid id, long token, DateTimeOffset? until, CancellationToken ct) => gate.WriteAsync(
        async (scope, stop) =>
        {
            var command = scope.Command(sql).With("@id", id).With("@token", token);
            if (until is not null)
            {
                command.With("@until", until);
            }

            return await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false) == 1;
        },
        ct);

    private static IQueryable<ReviewItemTable> Open(FramevetDb db, RunId run) =>
        db.ReviewItems.AsNoTracking().Where(i => i.RunId == run && (i.State == ReviewState.Waiting || i.State == ReviewState.Claimed)).OrderBy(i => i.CreatedAt);

    private static async Task<ReviewItem?> FindAsync(FramevetDb db, Guid id, DateTimeOffset now, CancellationToken ct) =>
        await db.ReviewItems.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct).ConfigureAwait(false) is { } row
            ? await ToItemAsync(db, row, now, ct).ConfigureAwait(false)
            : null;

    private static async Task<ReviewItem> ToItemAsync(FramevetDb db, ReviewItemTable row, DateTimeOffset now, CancellationToken ct) => row.ToItem(
        row.State == ReviewState.Decided
            ? await db.ReviewDecisions.AsNoTracking().Where(d => d.ItemId == row.Id).OrderByDescending(d => d.Id).FirstOrDefaultAsync(ct).ConfigureAwait(false)
            : null,
        now);
}
