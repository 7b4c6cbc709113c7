using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>What was told about waiting times. The note and the outbox change together, and only where the note was not there yet.</summary>
internal sealed class EfSlaStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : ISlaStore
{
    public async Task<ImmutableArray<WaitingItem>> DueAsync(ImmutableArray<TimeSpan> limits, DateTimeOffset now, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var due = new List<ReviewItemTable>();
            foreach (var severity in Enum.GetValues<ReviewSeverity>())
            {
                var limit = limits[(int)severity];
                var (warnedFrom, breachedFrom) = (now - (limit * SlaWatch.WarnShare), now - limit);
                due.AddRange(await db.ReviewItems.AsNoTracking()
                    .Where(i => (i.State == ReviewState.Waiting || i.State == ReviewState.Claimed) && i.Severity == severity && i.Kind != ReviewKind.Golden
                        && ((i.SlaTold < SlaStep.Warned && i.CreatedAt <= warnedFrom) || (i.SlaTold < SlaStep.Breached && i.CreatedAt <= breachedFrom)))
                    .OrderBy(i => i.CreatedAt).Take(take).ToListAsync(ct).ConfigureAwait(false));
            }

            return [.. due.OrderBy(i => i.CreatedAt).Take(take).Select(i => new WaitingItem(i.Id, i.RunId, i.Queue, i.Severity, i.CreatedAt, i.SlaTold))];
        }
    }

    public Task<bool> TryTellAsync(Guid item, SlaStep step, WebhookEvent news, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var noted = await scope.Command("""UPDATE "ReviewItems" SET "SlaTold" = @step WHERE "Id" = @id AND "SlaTold" < @step AND "State" IN ('Waiting', 'Claimed')""")
                .With("@id", item).With("@step", (int)step).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            if (noted == 1)
            {
                await EfWebhookStore.AddAsync(scope, news, token).ConfigureAwait(false);
            }

            return noted == 1;
        },
        ct);
}
