using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>The review queue. Who holds an item is decided by one conditional UPDATE, so of many claims at once exactly one wins.</summary>
internal sealed class EfReviewQueue(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : IReviewQueue
{
    private const string IsOpen = """ "State" IN ('Waiting', 'Claimed') """;

    private const string Back = $""" UPDATE "ReviewItems" SET "State" = 'Waiting', {ReviewSql.NoClaim} """;

    private const string WithToken = """ WHERE "Id" = @id AND "State" = 'Claimed' AND "Token" = @token """;

    public Task<ReviewItem> AddAsync(ReviewItem item, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            await scope.Command(ReviewSql.Insert)
                .With("@id", item.Id).With("@run", item.RunId).With("@kind", item.Kind).With("@escalated", item.IsEscalated).With("@at", item.CreatedAt)
                .With("@label", item.TopLabel).With("@confidence", item.TopConfidence).With("@frames", PtsText.Write(item.Frames)).With("@count", item.Frames.Length)
                .With("@queue", item.Queue).With("@severity", (int)item.Severity).With("@excluded", ReviewMapping.Marks(item.Excluded)).With("@note", item.Note)
                .With("@origin", item.OriginId).WithAssignment(item.Assignment).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            var row = await scope.Db.ReviewItems.AsNoTracking().SingleOrDefaultAsync(i => i.Id == item.Id, token).ConfigureAwait(false)
                ?? await Flagged(scope.Db, item.RunId).Where(i => i.State != ReviewState.Decided).FirstAsync(token).ConfigureAwait(false);
            return await ToItemAsync(scope.Db, row, clock.GetUtcNow(), token).ConfigureAwait(false);
        },
        ct);

    public Task<ReviewItem?> GetAsync(Guid id, CancellationToken ct) => ReadAsync((db, token) => FindAsync(db, id, clock.GetUtcNow(), token), ct);

    public Task<ImmutableArray<ReviewItem>> OpenForRunAsync(RunId run, CancellationToken ct) =>
        ReadAsync((db, token) => ToItemsAsync(db, Flagged(db, run).OrderBy(i => i.CreatedAt), token), ct);

    public Task<ImmutableArray<ReviewItem>> ForRunAsync(RunId run, CancellationToken ct) =>
        ReadAsync((db, token) => ToItemsAsync(db, db.ReviewItems.AsNoTracking().Where(i => i.RunId == run).OrderBy(i => i.CreatedAt), token), ct);

    public Task<ReviewItem?> TryClaimAsync(Guid id, Actor actor, DateTimeOffset now, TimeSpan lease, CancellationToken ct) => gate.StepAsync(
        async (scope, token) =>
        {
            var got = await scope.Command(ReviewSql.ClaimOne).WithClaim(actor, now, lease).With("@id", id).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return got == 1 ? await FindAsync(scope.Db, id, now, token).ConfigureAwait(false) : null;
        },
        ct);

    public Task<ReviewItem?> TryClaimNextAsync(ClaimWish wish, CancellationToken ct) => gate.StepAsync(
        async (scope, token) =>
        {
            var command = scope.Command(ReviewSql.ClaimNext(scope.Db.Dialect, wish.Skip.Length, wish.Closed.Length)).WithClaim(wish.Actor, wish.Now, wish.Lease)
                .With("@escalated", wish.Queue == ReviewQueues.Escalated).With("@queue", wish.Queue == ReviewQueues.Escalated ? null : wish.Queue)
                .With("@severity", (int?)wish.Severity).With("@avoid", wish.Avoid);
            command.WithMany("@skip", wish.Skip.Select(s => (object)s)).WithMany("@closed", wish.Closed);
            return await command.IdAsync(token).ConfigureAwait(false) is { } id
                ? await FindAsync(scope.Db, id, wish.Now, token).ConfigureAwait(false)
                : null;
        },
        ct);

    public Task<bool> TryRenewAsync(Guid id, long token, DateTimeOffset now, TimeSpan lease, CancellationToken ct) => gate.StepAsync(
        async (scope, stop) => await scope.Command($"""UPDATE "ReviewItems" SET "ClaimExpiresAt" = @until {WithToken}""")
            .With("@id", id).With("@token", token).With("@until", now + lease).ExecuteNonQueryAsync(stop).ConfigureAwait(false) == 1,
        ct);

    public Task<bool> TryReleaseAsync(Guid id, long token, DateTimeOffset now, CancellationToken ct) => gate.StepAsync(
        async (scope, stop) => await scope.Command($"""
            UPDATE "ReviewItems" SET "State" = CASE "Kind" WHEN 'Golden' THEN 'Withdrawn' ELSE 'Waiting' END, {ReviewSql.NoClaim} {WithToken}
            """).With("@id", id).With("@token", token).ExecuteNonQueryAsync(stop).ConfigureAwait(false) == 1,
        ct);

    public Task<bool> TryParkAsync(Guid id, long token, Parking parking, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        async (scope, stop) => await scope.Command($"""
            {Back}, "Note" = COALESCE(@note, "Note"), "AssigneeId" = @assignee, "AssigneeName" = @assigneeName, "AssignedUntil" = @assignedUntil, "IsOnHold" = @hold, {ReviewSql.Exclude}
            {WithToken} AND "ClaimExpiresAt" > @now
            """)
            .With("@id", id).With("@token", token).With("@now", now).With("@note", parking.Note).With("@out", parking.Excluded).WithAssignment(parking.Assignment)
            .ExecuteNonQueryAsync(stop).ConfigureAwait(false) == 1,
        ct);

    public Task<bool> TryDecideAsync(Guid id, long token, ReviewDecision word, Ruling ruling, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        async (scope, stop) =>
        {
            var changed = await scope.Command($"""{ReviewSql.Outcome(ruling.Kind)} {WithToken} AND "ClaimExpiresAt" > @now""")
                .With("@id", id).With("@token", token).With("@now", now).With("@effective", ruling.EffectiveAt).With("@out", word.UserId).ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            if (changed == 1)
            {
                await AddWordAsync(scope, id, word, ruling.Kind == RulingKind.Final, stop).ConfigureAwait(false);
            }

            return changed == 1;
        },
        ct);

    public Task<ImmutableArray<ReviewDecision>> WordsAsync(Guid id, CancellationToken ct) => ReadAsync<ImmutableArray<ReviewDecision>>(
        async (db, token) => [.. (await Words(db, id).OrderBy(d => d.Id).ToListAsync(token).ConfigureAwait(false)).Select(d => d.ToDecision())],
        ct);

    public Task<ReviewItem?> TryUndoAsync(Guid id, Actor actor, DateTimeOffset since, DateTimeOffset now, TimeSpan lease, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var words = await Words(scope.Db, id).OrderBy(d => d.Id).ToListAsync(token).ConfigureAwait(false);
            if (words is not [.. var before, var last] || last.UserId != actor.Id || last.At <= since || last.IsReversal)
            {
                return null;
            }

            // Those who gave one of several words are shut out again; appeals and questions, which shut out others too, have no votes.
            var voters = ReviewMapping.Marks([.. before.Where(w => w.Decision != Decision.Escalate).Select(w => w.UserId).Distinct()]);
            var undone = await scope.Command(ReviewSql.Undo).WithClaim(actor, now, lease).With("@id", id).With("@final", last.IsFinal)
                .With("@voters", voters.Length > 0 ? voters : null).With("@mark", $"|{actor.Id}|").ExecuteNonQueryAsync(token).ConfigureAwait(false);
            if (undone == 0)
            {
                return null;
            }

            await scope.Command("""UPDATE "ReviewDecisions" SET "UndoneAt" = @now WHERE "Id" = @word""").With("@now", now).With("@word", last.Id)
                .ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return await FindAsync(scope.Db, id, now, token).ConfigureAwait(false);
        },
        ct);

    public Task<ImmutableArray<ReviewItem>> DueAsync(DateTimeOffset now, CancellationToken ct) => ReadAsync(
        (db, token) => ToItemsAsync(db, db.ReviewItems.AsNoTracking().Where(i => i.State == ReviewState.Decided && i.SettledAt == null && i.EffectiveAt <= now).OrderBy(i => i.EffectiveAt), token),
        ct);

    public Task SettleAsync(Guid id, DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command("""UPDATE "ReviewItems" SET "SettledAt" = @now WHERE "Id" = @id AND "State" = 'Decided' AND "SettledAt" IS NULL""")
            .With("@id", id).With("@now", now).ExecuteNonQueryAsync(token),
        ct);

    public Task<bool> TryReverseAsync(Guid id, ReviewDecision word, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            if (!await scope.Db.ReviewItems.AnyAsync(i => i.Id == id && i.State == ReviewState.Decided && i.SettledAt != null, token).ConfigureAwait(false))
            {
                return false;
            }

            await AddWordAsync(scope, id, word, isFinal: true, token).ConfigureAwait(false);
            return true;
        },
        ct);

    public Task WithdrawAsync(RunId run, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command($"""
            UPDATE "ReviewItems" SET "State" = 'Withdrawn', {ReviewSql.NoClaim} WHERE "RunId" = @run AND ({IsOpen} OR ("State" = 'Decided' AND "SettledAt" IS NULL))
            """).With("@run", run).ExecuteNonQueryAsync(token),
        ct);

    public Task<int> DropStaleGoldenAsync(DateTimeOffset now, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command($"""
            UPDATE "ReviewItems" SET "State" = 'Withdrawn', {ReviewSql.NoClaim} WHERE "Kind" = 'Golden' AND {ReviewSql.Free}
            """).With("@now", now).ExecuteNonQueryAsync(token),
        ct);

    private static async Task AddWordAsync(WriteScope scope, Guid id, ReviewDecision word, bool isFinal, CancellationToken ct)
    {
        scope.Db.ReviewDecisions.Add(new ReviewDecisionTable
        {
            ItemId = id,
            Decision = word.Decision,
            Label = word.Label,
            Reason = word.Reason,
            Note = word.Note,
            UserId = word.UserId,
            UserName = word.UserName,
            At = word.At,
            Seconds = word.Seconds,
            IsFinal = isFinal,
            IsReversal = word.IsReversal,
        });
        await scope.Db.SaveChangesAsync(ct).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(Func<FramevetDb, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await read(db, ct).ConfigureAwait(false);
        }
    }

    private static IQueryable<ReviewItemTable> Flagged(FramevetDb db, RunId run) => db.ReviewItems.AsNoTracking().Where(i => i.RunId == run && i.Kind == ReviewKind.Flagged
        && (i.State == ReviewState.Waiting || i.State == ReviewState.Claimed || (i.State == ReviewState.Decided && i.SettledAt == null)));

    private static IQueryable<ReviewDecisionTable> Words(FramevetDb db, Guid id) => db.ReviewDecisions.AsNoTracking().Where(d => d.ItemId == id && d.UndoneAt == null);

    private async Task<ImmutableArray<ReviewItem>> ToItemsAsync(FramevetDb db, IQueryable<ReviewItemTable> rows, CancellationToken ct)
    {
        var items = ImmutableArray.CreateBuilder<ReviewItem>();
        foreach (var row in await rows.ToListAsync(ct).ConfigureAwait(false))
        {
            items.Add(await ToItemAsync(db, row, clock.GetUtcNow(), ct).ConfigureAwait(false));
        }

        return items.ToImmutable();
    }

    private static async Task<ReviewItem?> FindAsync(FramevetDb db, Guid id, DateTimeOffset now, CancellationToken ct) =>
        await db.ReviewItems.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct).ConfigureAwait(false) is { } row
            ? await ToItemAsync(db, row, now, ct).ConfigureAwait(false)
            : null;

    private static async Task<ReviewItem> ToItemAsync(FramevetDb db, ReviewItemTable row, DateTimeOffset now, CancellationToken ct) => row.ToItem(
        row.State == ReviewState.Decided
            ? await Words(db, row.Id).Where(d => d.IsFinal).OrderByDescending(d => d.Id).FirstOrDefaultAsync(ct).ConfigureAwait(false)
            : null,
        now);
}
