using System.Globalization;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>The book of paid calls. Checking the limits and entering the call are one write transaction, so they hold for all workers together.</summary>
internal sealed class EfCallLedger(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : ICallLedger
{
    /// <summary>Millionths in a US dollar.</summary>
    public const decimal Micros = 1_000_000;

    public Task<CallEntry> TryEnterAsync(PaidCall call, CallLimits limits, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var now = clock.GetUtcNow();
            var day = DayOf(now);
            var price = (long)Math.Ceiling(call.Price * Micros);
            var calls = await scope.Db.PaidCalls.CountAsync(c => c.RunId == call.Run, token).ConfigureAwait(false);
            if (calls >= limits.PerRun)
            {
                return new CallEntry(null, CallRefusal.RunCap);
            }

            if (limits.DayBudget is { } budget
                && await scope.Db.PaidCalls.Where(c => c.Day == day).SumAsync(c => c.PriceMicros, token).ConfigureAwait(false) + price > budget * Micros)
            {
                return new CallEntry(null, CallRefusal.DayBudget);
            }

            var id = await scope.Command("""
                INSERT INTO "PaidCalls" ("At", "Day", "RunId", "OwnerId", "Backend", "ModelVersion", "PriceMicros", "Label", "Frames", "Outcome")
                VALUES (@at, @day, @run, @owner, @backend, @version, @price, @label, @frames, @outcome) RETURNING "Id"
                """)
                .With("@at", now).With("@day", day).With("@run", call.Run).With("@owner", call.OwnerId).With("@backend", call.Backend)
                .With("@version", call.ModelVersion).With("@price", price).With("@label", call.Label).With("@frames", call.Frames).With("@outcome", CallOutcome.Open)
                .NumberAsync(token).ConfigureAwait(false);
            return new CallEntry(id, CallRefusal.None);
        },
        ct);

    public Task CloseAsync(long id, CallOutcome outcome, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command("""UPDATE "PaidCalls" SET "Outcome" = @outcome WHERE "Id" = @id""").With("@id", id).With("@outcome", outcome).ExecuteNonQueryAsync(token),
        ct);

    public async Task<int> CountAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.PaidCalls.CountAsync(c => c.RunId == run, ct).ConfigureAwait(false);
        }
    }

    internal static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
