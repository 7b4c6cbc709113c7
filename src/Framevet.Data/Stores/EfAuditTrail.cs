using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Appends to the audit trail; <see cref="AuditChain"/> has the rule of the chain.</summary>
internal sealed class EfAuditTrail(WriteGate gate, TimeProvider clock) : IAuditTrail
{
    public Task AppendAsync(Actor actor, string action, string subject, string? before, string? after, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var last = await scope.Db.Audit.AsNoTracking().OrderByDescending(a => a.Id).Select(a => new { a.Id, a.Hash }).FirstOrDefaultAsync(token).ConfigureAwait(false);

            // Above every number that was ever given: who cuts off the end must not have it filled by the next entry.
            var highest = (await scope.Db.Database.SqlQueryRaw<long>(scope.Db.Dialect.AuditHeight).ToListAsync(token).ConfigureAwait(false)).FirstOrDefault();
            var row = new AuditTable
            {
                Id = Math.Max(last?.Id ?? 0, highest) + 1,
                At = clock.GetUtcNow(),
                ActorId = actor.Id,
                ActorName = actor.Name,
                Action = action,
                Subject = subject,
                Before = before,
                After = after,
                Hash = "",
            };
            row.Hash = AuditChain.HashOf(last?.Hash ?? AuditChain.Start, row);
            scope.Db.Audit.Add(row);
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);
}
