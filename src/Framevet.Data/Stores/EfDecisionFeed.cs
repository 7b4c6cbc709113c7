using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Review;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>People's final words in the order in which they were said, and how far each reader has come.</summary>
internal sealed class EfDecisionFeed(IDbContextFactory<FramevetDb> contexts, WriteGate gate) : IDecisionFeed
{
    private const string Prefix = "feed/";

    public async Task<ImmutableArray<FinalDecision>> ReadAsync(long after, DateTimeOffset until, int take, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            // Only the last word on a decided item is final; one that a later word replaced has nothing to say any more, nor has one that can still be taken
            // back. The answer to a golden item is about the person, not about the file.
            var query = from word in db.ReviewDecisions.AsNoTracking()
                        join item in db.ReviewItems.AsNoTracking() on word.ItemId equals item.Id
                        join run in db.Runs.AsNoTracking() on item.RunId equals run.Id
                        where word.Id > after && word.At <= until && item.State == ReviewState.Decided && word.Decision != Decision.Escalate
                            && word.IsFinal && word.UndoneAt == null && item.SettledAt != null && item.Kind != ReviewKind.Golden
                            && !db.ReviewDecisions.Any(later => later.ItemId == word.ItemId && later.Id > word.Id && later.IsFinal && later.UndoneAt == null)
                        orderby word.Id
                        select new { word, item.Frames, run };
            var rows = await query.Take(take).ToListAsync(ct).ConfigureAwait(false);
            return
            [
                .. rows.Select(r => new FinalDecision(
                    r.word.Id, r.word.ItemId, r.run.Id, r.run.OwnerId, r.run.SourceName, r.run.MediaSha256, r.word.Decision, r.word.Label, r.word.Note,
                    r.word.UserId, r.word.UserName, r.word.At, PtsText.Read(r.Frames))),
            ];
        }
    }

    public async Task<long> PositionAsync(string reader, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var name = Prefix + reader;
            return await db.Markers.AsNoTracking().Where(m => m.Name == name).Select(m => m.Value).FirstOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    public Task AdvanceAsync(string reader, long number, CancellationToken ct) => gate.WriteAsync(
        (scope, token) => scope.Command("""
            INSERT INTO "Markers" ("Name", "Value") VALUES (@name, @value) ON CONFLICT ("Name") DO UPDATE SET "Value" = CASE WHEN excluded."Value" > "Markers"."Value" THEN excluded."Value" ELSE "Markers"."Value" END
            """)
            .With("@name", Prefix + reader).With("@value", number).ExecuteNonQueryAsync(token),
        ct);

    /// <summary>Raises a counter by one.</summary>
    internal static Task RaiseAsync(WriteScope scope, string name, CancellationToken ct) => scope.Command("""
        INSERT INTO "Markers" ("Name", "Value") VALUES (@name, 1) ON CONFLICT ("Name") DO UPDATE SET "Value" = "Markers"."Value" + 1
        """).With("@name", name).ExecuteNonQueryAsync(ct);
}
