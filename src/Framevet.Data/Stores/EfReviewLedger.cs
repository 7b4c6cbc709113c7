using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Exposure, golden items and samples in the database.</summary>
internal sealed class EfReviewLedger(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IReviewLedger
{
    public Task AddExposureAsync(string userId, DateOnly day, string queue, TimeSpan time, Guid? item, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var isNew = item is { } id && await IsFirstTimeAsync(scope, userId, day, id, token).ConfigureAwait(false);
            await scope.Command("""
                INSERT INTO "ReviewExposure" ("UserId", "Day", "Queue", "Seconds", "Items") VALUES (@user, @day, @queue, @seconds, @items)
                ON CONFLICT ("UserId", "Day", "Queue") DO UPDATE SET "Seconds" = "ReviewExposure"."Seconds" + @seconds, "Items" = "ReviewExposure"."Items" + @items
                """)
                .With("@user", userId).With("@day", day.DayNumber).With("@queue", queue).With("@seconds", time.TotalSeconds).With("@items", isNew ? 1 : 0)
                .ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        ct);

    public Task<ImmutableArray<Exposure>> ExposureAsync(string userId, DateOnly day, CancellationToken ct) => ReadAsync<ImmutableArray<Exposure>>(
        async db => [.. (await db.ReviewExposure.AsNoTracking().Where(e => e.UserId == userId && e.Day == day.DayNumber).OrderBy(e => e.Queue).ToListAsync(ct).ConfigureAwait(false))
            .Select(e => new Exposure(e.Queue, TimeSpan.FromSeconds(e.Seconds), e.Items))],
        ct);

    public Task<ImmutableArray<string>> RecentQueuesAsync(string userId, int count, CancellationToken ct) => ReadAsync<ImmutableArray<string>>(
        async db => [.. await db.ReviewDecisions.Where(d => d.UserId == userId && d.UndoneAt == null && !d.IsReversal).OrderByDescending(d => d.At).ThenByDescending(d => d.Id).Take(count)
            .Join(db.ReviewItems, d => d.ItemId, i => i.Id, (d, i) => i.Queue).ToListAsync(ct).ConfigureAwait(false)],
        ct);

    public Task AddGoldenAsync(GoldenItem golden, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            scope.Db.GoldenItems.Add(new GoldenItemTable
            {
                Id = golden.Id,
                RunId = golden.RunId,
                Frames = PtsText.Write(golden.Frames),
                TopLabel = golden.TopLabel,
                TopConfidence = golden.TopConfidence,
                Decision = golden.Decision,
                Label = golden.Label,
                MadeBy = golden.MadeBy,
                At = golden.At,
            });
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    public Task<GoldenItem?> GoldenAsync(Guid id, CancellationToken ct) => ReadAsync(
        async db => await db.GoldenItems.AsNoTracking().SingleOrDefaultAsync(g => g.Id == id, ct).ConfigureAwait(false) is { } row ? ToGolden(row) : null,
        ct);

    // Whoever decided the item that became golden knows the answer.
    public Task<GoldenItem?> NextGoldenAsync(string userId, CancellationToken ct) => ReadAsync(
        async db => await db.GoldenItems.AsNoTracking()
            .Where(g => !db.ReviewItems.Any(i => i.OriginId == g.Id && i.AssigneeId == userId) && !db.GoldenAnswers.Any(a => a.GoldenId == g.Id && a.UserId == userId)
                && !db.ReviewDecisions.Any(d => d.UserId == userId && db.ReviewItems.Any(i => i.Id == d.ItemId && i.RunId == g.RunId)))
            .OrderBy(g => g.At).FirstOrDefaultAsync(ct).ConfigureAwait(false) is { } row ? ToGolden(row) : null,
        ct);

    public Task AddGoldenAnswerAsync(GoldenAnswer answer, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command("""
            INSERT INTO "GoldenAnswers" ("GoldenId", "UserId", "UserName", "Decision", "Label", "IsRight", "At")
            VALUES (@golden, @user, @name, @decision, @label, @right, @at) ON CONFLICT DO NOTHING
            """)
            .With("@golden", answer.GoldenId).With("@user", answer.UserId).With("@name", answer.UserName).With("@decision", answer.Decision).With("@label", answer.Label)
            .With("@right", answer.IsRight).With("@at", answer.At).ExecuteNonQueryAsync(token),
        ct);

    public Task<ImmutableArray<ClearedRun>> NewlyClearedAsync(int take, CancellationToken ct) => ReadAsync<ImmutableArray<ClearedRun>>(
        async db =>
        {
            var runs = await db.Runs.AsNoTracking()
                .Where(r => r.State == RunState.Done && !db.ClearedRuns.Any(c => c.RunId == r.Id) && !db.ReviewItems.Any(i => i.RunId == r.Id && i.Kind == ReviewKind.Flagged))
                .OrderBy(r => r.EndedAt).ThenBy(r => r.CreatedAt).Take(take)
                .Select(r => new { r.Id, Top = db.Findings.Where(f => f.RunId == r.Id).OrderByDescending(f => f.Confidence).Select(f => new { f.Label, f.Confidence }).FirstOrDefault() })
                .ToListAsync(ct).ConfigureAwait(false);
            return [.. runs.Select(r => new ClearedRun(r.Id, r.Top?.Label, r.Top?.Confidence))];
        },
        ct);

    public Task<long> StratumCountAsync(string stratum, CancellationToken ct) => ReadAsync(db => db.ClearedRuns.LongCountAsync(c => c.Stratum == stratum, ct), ct);

    public Task SaveClearedAsync(RunId run, string stratum, long ordinal, bool isSampled, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command("""
            INSERT INTO "ClearedRuns" ("RunId", "Stratum", "Ordinal", "IsSampled") VALUES (@run, @stratum, @ordinal, @sampled) ON CONFLICT DO NOTHING
            """).With("@run", run).With("@stratum", stratum).With("@ordinal", ordinal).With("@sampled", isSampled).ExecuteNonQueryAsync(token),
        ct);

    private static async Task<bool> IsFirstTimeAsync(WriteScope scope, string userId, DateOnly day, Guid item, CancellationToken ct)
    {
        await scope.Command("""DELETE FROM "ReviewSeen" WHERE "UserId" = @user AND "Day" < @day""").With("@user", userId).With("@day", day.DayNumber)
            .ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        return await scope.Command("""INSERT INTO "ReviewSeen" ("UserId", "Day", "ItemId") VALUES (@user, @day, @item) ON CONFLICT DO NOTHING""")
            .With("@user", userId).With("@day", day.DayNumber).With("@item", item).ExecuteNonQueryAsync(ct).ConfigureAwait(false) == 1;
    }

    private async Task<T> ReadAsync<T>(Func<FramevetDb, Task<T>> read, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await read(db).ConfigureAwait(false);
        }
    }

    private static GoldenItem ToGolden(GoldenItemTable row) =>
        new(row.Id, row.RunId, PtsText.Read(row.Frames), row.TopLabel, row.TopConfidence, row.Decision, row.Label, row.MadeBy, row.At);
}
