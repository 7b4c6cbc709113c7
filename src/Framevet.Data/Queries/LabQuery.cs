using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Lab;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>What the threshold lab works on: stored findings of the newest runs, and what people decided about the same frames. Nothing is decoded.</summary>
public sealed class LabQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>Frames with findings of the newest <paramref name="runs"/> runs that have any.</summary>
    public async Task<ImmutableArray<LabSample>> SamplesAsync(int runs, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var ids = await db.Runs.AsNoTracking().Where(r => db.Findings.Any(f => f.RunId == r.Id)).OrderByDescending(r => r.CreatedAt).Select(r => r.Id).Take(runs).ToListAsync(ct).ConfigureAwait(false);
            var words = await WordsAsync(db, ids, ct).ConfigureAwait(false);
            var findings = await db.Findings.AsNoTracking().Where(f => ids.Contains(f.RunId)).OrderBy(f => f.Id)
                .Select(f => new { f.RunId, f.Pts, f.Label, f.Confidence, f.Backend, f.ModelVersion }).ToListAsync(ct).ConfigureAwait(false);
            return
            [
                .. findings.GroupBy(f => (f.RunId, f.Pts)).Select(g =>
                {
                    words.TryGetValue(g.Key, out var word);
                    return new LabSample([.. g.Select(f => new Finding(f.Label, f.Confidence, f.Backend, f.ModelVersion))], word?.Decision, word?.Label);
                }),
            ];
        }
    }

    /// <summary>How much of a label was missed, from the quality samples that people have decided; over everything that is stored.</summary>
    public async Task<MissEstimate> MissesAsync(string label, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var words = await (from item in db.ReviewItems.AsNoTracking()
                               where item.State == ReviewState.Decided && (item.Kind == ReviewKind.Sample || item.Kind == ReviewKind.Flagged)
                               let word = db.ReviewDecisions.Where(d => d.ItemId == item.Id && d.IsFinal && d.UndoneAt == null).OrderByDescending(d => d.Id).FirstOrDefault()
                               where word != null
                               select new { item.RunId, item.Kind, word.Decision, word.Label }).ToListAsync(ct).ConfigureAwait(false);
            var samples = words.Where(w => w.Kind == ReviewKind.Sample).ToList();
            bool IsHarm(Decision decision, string said) => decision == Decision.Block && LabSample.IsSameCategory(said, label);
            return new MissEstimate(
                await db.ClearedRuns.CountAsync(ct).ConfigureAwait(false),
                WilsonInterval.Of(samples.Count(s => IsHarm(s.Decision, s.Label)), samples.Count),
                words.Where(w => w.Kind == ReviewKind.Flagged && IsHarm(w.Decision, w.Label)).Select(w => w.RunId).Distinct().Count());
        }
    }

    // The last word of people on each frame.
    private static async Task<Dictionary<(RunId Run, long Pts), ReviewDecisionTable>> WordsAsync(FramevetDb db, List<RunId> runs, CancellationToken ct)
    {
        var rows = await (from word in db.ReviewDecisions.AsNoTracking()
                          join item in db.ReviewItems.AsNoTracking() on word.ItemId equals item.Id
                          where runs.Contains(item.RunId) && item.State == ReviewState.Decided && word.Decision != Decision.Escalate
                              && word.IsFinal && word.UndoneAt == null && item.Kind != ReviewKind.Golden
                          orderby word.Id
                          select new { word, item.RunId, item.Frames }).ToListAsync(ct).ConfigureAwait(false);
        var words = new Dictionary<(RunId, long), ReviewDecisionTable>();
        foreach (var row in rows)
        {
            foreach (var frame in PtsText.Read(row.Frames))
            {
                words[(row.RunId, frame.Value)] = row.word;
            }
        }

        return words;
    }
}
