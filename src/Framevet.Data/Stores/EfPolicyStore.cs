using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Versions of the policy in the database. Numbers have no gaps, so "based on the newest" is one conditional insert.</summary>
internal sealed class EfPolicyStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : IPolicyStore
{
    public async Task<PolicyVersion> CurrentAsync(CancellationToken ct) => (await VersionsAsync(1, ct).ConfigureAwait(false))[0];

    public async Task<PolicyVersion?> GetAsync(int number, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return number == 0 ? PolicyVersion.BuiltIn
                : (await db.PolicyVersions.AsNoTracking().SingleOrDefaultAsync(p => p.Number == number, ct).ConfigureAwait(false))?.ToVersion();
        }
    }

    public async Task<ImmutableArray<PolicyVersion>> VersionsAsync(int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.PolicyVersions.AsNoTracking().OrderByDescending(p => p.Number).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(r => r.ToVersion()).Append(PolicyVersion.BuiltIn).Take(take)];
        }
    }

    public Task<PolicyVersion?> TrySaveAsync(PolicyDocument document, int basedOn, Actor author, string note, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var saved = new PolicyVersion(basedOn + 1, document, author.Name, note, clock.GetUtcNow());
            var inserted = await scope.Command("""
                INSERT INTO "PolicyVersions" ("Number", "AuthorId", "Author", "Note", "At", "Document")
                SELECT @next, @authorId, @author, @note, @at, @document WHERE COALESCE((SELECT MAX("Number") FROM "PolicyVersions"), 0) = @next - 1
                """)
                .With("@next", saved.Number).With("@authorId", author.Id).With("@author", saved.Author).With("@note", note).With("@at", saved.At)
                .With("@document", RowJson.Write(document)).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return inserted == 1 ? saved : null;
        },
        ct);
}
