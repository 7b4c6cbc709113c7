using Framevet.Data.Tables;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Versions of the settings in the database. Numbers have no gaps, so "based on the newest" is one conditional insert.</summary>
internal sealed class EfSettingsStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : ISettingsStore
{
    /// <summary>Version 0: what counts until somebody saves. Its time is the epoch: nobody saved it.</summary>
    internal static SettingsVersion BuiltIn { get; } = new(0, VettingSettings.BuiltIn, "Framevet", "Built in", DateTimeOffset.UnixEpoch);

    public async Task<SettingsVersion> CurrentAsync(CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.SettingsVersions.AsNoTracking().OrderByDescending(s => s.Number).FirstOrDefaultAsync(ct).ConfigureAwait(false) is { } row ? ToVersion(row) : BuiltIn;
        }
    }

    public Task<SettingsVersion?> TrySaveAsync(VettingSettings settings, int basedOn, Actor author, string note, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var saved = new SettingsVersion(basedOn + 1, settings, author.Name, note, clock.GetUtcNow());
            var inserted = await scope.Command("""
                INSERT INTO "SettingsVersions" ("Number", "AuthorId", "Author", "Note", "At", "Settings")
                SELECT @next, @authorId, @author, @note, @at, @settings WHERE COALESCE((SELECT MAX("Number") FROM "SettingsVersions"), 0) = @next - 1
                """)
                .With("@next", saved.Number).With("@authorId", author.Id).With("@author", saved.Author).With("@note", note).With("@at", saved.At)
                .With("@settings", RowJson.Write(settings)).ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return inserted == 1 ? saved : null;
        },
        ct);

    internal static SettingsVersion ToVersion(SettingsVersionTable row) => new(row.Number, RowJson.Read<VettingSettings>(row.Settings), row.Author, row.Note, row.At);
}
