using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>What paid calls cost, from the book of calls, beside what asking about every frame would have cost.</summary>
public sealed class CostQuery(IDbContextFactory<FramevetDb> contexts)
{
    private const int MostGroups = 200;

    /// <summary>Sums of the days from <paramref name="from"/> to <paramref name="to"/>, both included, by day, user, label, backend and run.</summary>
    public async Task<CostReport> ReportAsync(DateOnly from, DateOnly to, CancellationToken ct)
    {
        var (begin, end) = (Midnight(from), Midnight(to.AddDays(1)));
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var calls = db.PaidCalls.AsNoTracking().Where(c => c.At >= begin && c.At < end);
            var days = await calls.GroupBy(c => c.Day).Select(g => new { g.Key, Calls = g.Count(), Micros = g.Sum(c => c.PriceMicros) }).OrderBy(g => g.Key).ToListAsync(ct).ConfigureAwait(false);
            var users = await calls.GroupBy(c => c.OwnerId).Select(g => new { g.Key, Calls = g.Count(), Micros = g.Sum(c => c.PriceMicros) }).OrderByDescending(g => g.Micros).Take(MostGroups).ToListAsync(ct).ConfigureAwait(false);
            var labels = await calls.GroupBy(c => c.Label).Select(g => new { g.Key, Calls = g.Count(), Micros = g.Sum(c => c.PriceMicros) }).OrderByDescending(g => g.Micros).Take(MostGroups).ToListAsync(ct).ConfigureAwait(false);
            var backends = await calls.GroupBy(c => c.Backend).Select(g => new { g.Key, Calls = g.Count(), Micros = g.Sum(c => c.PriceMicros) }).OrderByDescending(g => g.Micros).ToListAsync(ct).ConfigureAwait(false);
            var none = PolicyTrial.NoRun;
            var runs = await calls.Where(c => c.RunId != none).GroupBy(c => c.RunId).Select(g => new { g.Key, Calls = g.Count(), Micros = g.Sum(c => c.PriceMicros) }).OrderByDescending(g => g.Micros).ThenBy(g => g.Key).Take(MostGroups).ToListAsync(ct).ConfigureAwait(false);
            var names = await OwnerNames.ReadAsync(db, users.Select(u => u.Key), ct).ConfigureAwait(false);
            var frames = await db.Frames.AsNoTracking().Join(db.Runs.Where(r => r.CreatedAt >= begin && r.CreatedAt < end), f => f.RunId, r => r.Id, (f, _) => f.Pts).CountAsync(ct).ConfigureAwait(false);
            var files = await db.Runs.AsNoTracking().CountAsync(r => r.CreatedAt >= begin && r.CreatedAt < end, ct).ConfigureAwait(false);
            return new CostReport(
                days.Sum(d => d.Calls), Dollars(days.Sum(d => d.Micros)), files, frames,
                [.. days.Select(d => new CostLine(d.Key, d.Key, d.Calls, Dollars(d.Micros)))],
                [.. users.Select(u => new CostLine(u.Key, names.Of(u.Key), u.Calls, Dollars(u.Micros)))],
                [.. labels.Select(l => new CostLine(l.Key ?? "", l.Key ?? "nothing in particular", l.Calls, Dollars(l.Micros)))],
                [.. backends.Select(b => new CostLine(b.Key, b.Key, b.Calls, Dollars(b.Micros)))],
                [.. runs.Select(r => new CostLine(r.Key.ToString(), r.Key.ToString(), r.Calls, Dollars(r.Micros)))]);
        }
    }

    /// <summary>What was spent on a day, in US dollars.</summary>
    public async Task<decimal> SpentAsync(DateOnly day, CancellationToken ct)
    {
        var text = Text(day);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return Dollars(await db.PaidCalls.Where(c => c.Day == text).SumAsync(c => c.PriceMicros, ct).ConfigureAwait(false));
        }
    }

    /// <summary>Calls of one run.</summary>
    public async Task<(int Calls, decimal Dollars)> OfRunAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var calls = db.PaidCalls.Where(c => c.RunId == run);
            return (await calls.CountAsync(ct).ConfigureAwait(false), Dollars(await calls.SumAsync(c => c.PriceMicros, ct).ConfigureAwait(false)));
        }
    }

    private static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static decimal Dollars(long micros) => micros / EfCallLedger.Micros;

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Sums over some days. <paramref name="Frames"/>: sampled frames of the files submitted in that time, each of which would be a call without a cascade.</summary>
public sealed record CostReport(int Calls, decimal Dollars, int Files, int Frames, ImmutableArray<CostLine> Days, ImmutableArray<CostLine> Users, ImmutableArray<CostLine> Labels,
    ImmutableArray<CostLine> Backends, ImmutableArray<CostLine> Runs)
{
    /// <summary>What a call for each sampled frame would have cost, at the mean price of the calls that were made; null when none was.</summary>
    public decimal? NaiveDollars => Calls == 0 ? null : Dollars / Calls * Frames;
}

/// <summary>One sum; <paramref name="Name"/> for people.</summary>
public sealed record CostLine(string Key, string Name, int Calls, decimal Dollars);
