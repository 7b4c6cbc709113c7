using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Lists of runs: Runs page, Submit's "recent", API.</summary>
public sealed class RunsQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>One page of runs and the number of all that match.</summary>
    public async Task<Page<RunRow>> PageAsync(RunsFilter filter, int skip, int take, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var matching = Matching(db, filter);
            var total = await matching.CountAsync(ct).ConfigureAwait(false);
            var rows = await matching.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id).Skip(skip).Take(take)
                .Select(r => new
                {
                    r.Id, r.SourceName, r.OwnerId, r.RecipeName, r.State, r.Reason, r.Failure, r.CreatedAt, r.StartedAt, r.EndedAt, r.Media!.DurationSeconds, r.Funnel,
                }).ToListAsync(ct).ConfigureAwait(false);
            var names = await OwnerNames.ReadAsync(db, rows.Select(r => r.OwnerId), ct).ConfigureAwait(false);
            var covers = await Covers.ReadAsync(db, [.. rows.Select(r => r.Id)], ct).ConfigureAwait(false);
            return new Page<RunRow>(
                [.. rows.Select(r => new RunRow(
                    r.Id, r.SourceName, r.OwnerId, names.Of(r.OwnerId), r.RecipeName, r.State, r.Reason, r.Failure, r.CreatedAt, r.StartedAt, r.EndedAt, r.DurationSeconds,
                    RowJson.Read<Funnel>(r.Funnel), covers.GetValueOrDefault(r.Id).ThumbKey, covers.GetValueOrDefault(r.Id).IsAllowed))],
                total);
        }
    }

    /// <summary>Runs by state, for tabs and tiles; states without runs are there with 0. <paramref name="ownerId"/> null = of all users.</summary>
    public async Task<ImmutableSortedDictionary<RunState, int>> CountsAsync(string? ownerId, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var runs = ownerId is null ? db.Runs : db.Runs.Where(r => r.OwnerId == ownerId);
            var counts = await runs.GroupBy(r => r.State).Select(g => new { State = g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.State, g => g.Count, ct).ConfigureAwait(false);
            return Enum.GetValues<RunState>().ToImmutableSortedDictionary(s => s, s => counts.GetValueOrDefault(s));
        }
    }

    private static IQueryable<RunTable> Matching(FramevetDb db, RunsFilter filter)
    {
        var runs = db.Runs.AsNoTracking();
        if (filter.OwnerId is { } owner)
        {
            runs = runs.Where(r => r.OwnerId == owner);
        }

        if (filter.States is { IsDefault: false } states)
        {
            var wanted = states.ToList();
            runs = runs.Where(r => wanted.Contains(r.State));
        }

        if (filter.Text?.Trim() is { Length: > 0 } text)
        {
            var prefix = text.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal);
            var isId = prefix.Length <= 32 && prefix.All(char.IsAsciiHexDigitLower);
            var (first, last) = isId ? (prefix.PadRight(32, '0'), prefix.PadRight(32, 'f')) : ("", "");
            var byId = db.Runs.FromSql($"""SELECT * FROM "Runs" WHERE "Id" BETWEEN {first} AND {last}""");
            var system = Actor.System.Name.Contains(text, StringComparison.OrdinalIgnoreCase) ? Actor.System.Id : "";
            runs = runs.Where(r => FramevetDb.Upper(r.SourceName).Contains(FramevetDb.Upper(text))
                || r.OwnerId == system
                || db.Users.Any(u => u.Id == r.OwnerId && FramevetDb.Upper(u.DisplayName != "" ? u.DisplayName : u.UserName!).Contains(FramevetDb.Upper(text)))
                || (isId && byId.Any(m => m.Id == r.Id)));
        }

        return runs;
    }
}

/// <summary>One page of rows and the number of all rows that match.</summary>
public sealed record Page<T>(ImmutableArray<T> Rows, int Total);

/// <summary>What to list. Null = any. Text matches name, owner or id prefix, case-insensitively. Newest first.</summary>
public sealed record RunsFilter(string? OwnerId = null, string? Text = null, ImmutableArray<RunState>? States = null);

/// <summary>A run in a list.</summary>
public sealed record RunRow(RunId Id, string SourceName, string OwnerId, string OwnerName, string RecipeName, RunState State, string Reason, FailureCode? Failure,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, double? DurationSeconds, Funnel Funnel, string? CoverThumbKey, bool CoverIsAllowed);
