using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation.Banks;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>The banks in the database. The index in memory is built again when a counter in the same database has risen, so that other nodes see changes, too.</summary>
internal sealed class EfHashBank(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IHashBank
{
    private const string Counter = "bank";

    private (long Version, BankIndex Index)? _cached;

    public async Task<BankIndex> IndexAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            // Read before the entries: a change meanwhile makes the next reader build again, never the other way round.
            var version = await db.Markers.AsNoTracking().Where(m => m.Name == Counter).Select(m => m.Value).FirstOrDefaultAsync(ct).ConfigureAwait(false);
            if (_cached is { } cached && cached.Version == version)
            {
                return cached.Index;
            }

            var entries = version == 0 ? [] : await db.BankEntries.AsNoTracking().ToListAsync(ct).ConfigureAwait(false);
            var index = new BankIndex([.. entries.Select(e => e.ToEntry())]);
            _cached = (version, index);
            return index;
        }
    }

    public Task ReplaceAsync(string origin, ImmutableArray<BankEntry> entries, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            await scope.Db.BankEntries.Where(e => e.Origin == origin).ExecuteDeleteAsync(token).ConfigureAwait(false);
            scope.Db.BankEntries.AddRange(entries.Select(BankEntryTable.From));
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            await EfDecisionFeed.RaiseAsync(scope, Counter, token).ConfigureAwait(false);
        },
        ct);

    public Task<bool> RemoveAsync(Guid id, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            await EfDecisionFeed.RaiseAsync(scope, Counter, token).ConfigureAwait(false);
            return await scope.Db.BankEntries.Where(e => e.Id == id).ExecuteDeleteAsync(token).ConfigureAwait(false) == 1;
        },
        ct);

    public async Task<(ImmutableArray<BankEntry> Entries, int Total)> PageAsync(BankKind? bank, int skip, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = db.BankEntries.AsNoTracking();
            rows = bank is { } one ? rows.Where(e => e.Bank == one) : rows;
            var page = await rows.OrderByDescending(e => e.At).ThenBy(e => e.Id).Skip(skip).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return ([.. page.Select(e => e.ToEntry())], await rows.CountAsync(ct).ConfigureAwait(false));
        }
    }
}
