using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>What an organisation may have to publish about its decisions.</summary>
public sealed class TransparencyQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>Runs that ended and decisions that people made in <paramref name="from"/> (included) to <paramref name="to"/> (not included). Samples count, golden items do not.</summary>
    public async Task<TransparencyReport> GetAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var ended = db.Runs.Where(r => r.State == RunState.Done && r.EndedAt >= from && r.EndedAt < to);
            var runs = await ended.CountAsync(ct).ConfigureAwait(false);
            var automated = await ended.CountAsync(r => !db.ReviewItems.Any(i => i.RunId == r.Id && i.Kind == ReviewKind.Flagged), ct).ConfigureAwait(false);
            var decided = await db.ReviewItems.AsNoTracking().Where(i => i.State == ReviewState.Decided && i.Kind != ReviewKind.Golden && i.DecidedAt >= from && i.DecidedAt < to)
                .Select(i => new
                {
                    i.Kind,
                    i.CreatedAt,
                    i.DecidedAt,
                    Words = db.ReviewDecisions.Where(d => d.ItemId == i.Id && d.IsFinal && d.UndoneAt == null).OrderBy(d => d.Id).Select(d => new { d.Decision, d.Label, d.IsReversal }).ToList(),
                }).ToListAsync(ct).ConfigureAwait(false);
            var counted = decided.Where(d => d.Words.Count > 0).ToList();
            var flagged = counted.Where(d => d.Kind == ReviewKind.Flagged).ToList();
            var appeals = counted.Where(d => d.Kind == ReviewKind.Appeal).ToList();
            return new TransparencyReport(
                from,
                to,
                runs,
                automated,
                counted.Count,
                [
                    .. counted.GroupBy(d => d.Words[^1].Label, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new LabelDecisions(
                        g.Key, g.Count(d => d.Words[^1].Decision == Decision.Allow), g.Count(d => d.Words[^1].Decision == Decision.Block))),
                ],
                flagged.Count(d => d.Words[0].Decision == Decision.Allow),
                flagged.Count,
                counted.Count(d => d.Words.Any(w => w.IsReversal)),
                appeals.Count,
                appeals.Count(d => d.Words[^1].Decision == Decision.Allow),
                Quantiles.Median([.. counted.Select(d => (d.DecidedAt!.Value - d.CreatedAt).TotalSeconds)]));
        }
    }
}

/// <summary>
/// Numbers of a time. <paramref name="Automated"/>: ended runs that no person had to look at; <paramref name="Decisions"/>: items that people decided;
/// <paramref name="FlagsOverturned"/> of <paramref name="FlagsDecided"/>: first words that allowed what machines had flagged;
/// <paramref name="Reversed"/>: decisions replaced later; <paramref name="MedianSeconds"/>: from entering the queue to the decision, null without any.
/// </summary>
public sealed record TransparencyReport(DateTimeOffset From, DateTimeOffset To, int Runs, int Automated, int Decisions, ImmutableArray<LabelDecisions> ByLabel,
    int FlagsOverturned, int FlagsDecided, int Reversed, int Appeals, int AppealsGranted, double? MedianSeconds)
{
    /// <summary>Share 0..1 of runs that machines decided alone; null without runs.</summary>
    public double? AutomatedShare => Runs == 0 ? null : (double)Automated / Runs;

    /// <summary>Share 0..1 of decisions that were turned around later, by a reversal or an appeal that succeeded; null without decisions.</summary>
    public double? OverturnRate => Decisions - Appeals == 0 ? null : Math.Min(1, (double)(Reversed + AppealsGranted) / (Decisions - Appeals));
}

/// <summary>Final decisions under one label.</summary>
public sealed record LabelDecisions(string Label, int Allowed, int Denied);
