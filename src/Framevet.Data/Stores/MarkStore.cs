using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Engines;
using Framevet.Data.Tables;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>
/// Marks of frames and the log of how they came about. One frame or all of a run: the same few statements in one transaction. Undo and redo put a value back only
/// where it is still what the order made of it, so nobody's later mark is lost. Thread-safe.
/// </summary>
public sealed class MarkStore
{
    private const int Named = 500;

    // Undo reaches back 100 orders; orders taken back and done again lie between them.
    private const int LogWindow = 4 * UndoLine.Steps;

    private const string Differs = """s0 <> s1 OR f0 <> f1 OR c0 <> c1 OR t0 <> t1""";

    private const string Into = """
        INSERT INTO "MarkChanges" ("OpId", "Pts", "StarsBefore", "FlagBefore", "ColourBefore", "TagsBefore", "StarsAfter", "FlagAfter", "ColourAfter", "TagsAfter")
        """;

    private static string SetSql(SqlDialect dialect) => Into + $"""
         SELECT @op, n.p, s0, f0, c0, t0, s1, f1, c1, t1 FROM (
            SELECT f."Pts" AS p, COALESCE(m."Stars", 0) AS s0, COALESCE(m."Flag", 'None') AS f0, COALESCE(m."Colour", 0) AS c0, COALESCE(m."Tags", '') AS t0,
                COALESCE(@stars, m."Stars", 0) AS s1, COALESCE(@flag, m."Flag", 'None') AS f1, COALESCE(@colour, m."Colour", 0) AS c1, change_tags(m."Tags", @add, @remove) AS t1
            FROM {dialect.Numbers("@frames")} j {dialect.JoinFromList} "Frames" f ON f."RunId" = @run AND f."Pts" = j.value
            LEFT JOIN "FrameMarks" m ON m."RunId" = @run AND m."Pts" = f."Pts"
            WHERE @least IS NULL OR COALESCE(m."Revision", 0) <= @least) n
        WHERE ({Differs}) ON CONFLICT DO NOTHING
        """;

    private const string ApplySql = """
        INSERT INTO "FrameMarks" ("RunId", "Pts", "Stars", "Flag", "Colour", "Tags", "ById", "ByName", "At", "Revision")
        SELECT @run, c."Pts", c."StarsAfter", c."FlagAfter", c."ColourAfter", c."TagsAfter", @by, @name, @now, @base + ROW_NUMBER() OVER (ORDER BY c."Pts")
        FROM "MarkChanges" c WHERE c."OpId" = @op
        ON CONFLICT ("RunId", "Pts") DO UPDATE SET "Stars" = excluded."Stars", "Flag" = excluded."Flag", "Colour" = excluded."Colour", "Tags" = excluded."Tags",
            "ById" = excluded."ById", "ByName" = excluded."ByName", "At" = excluded."At", "Revision" = excluded."Revision"
        """;

    private static readonly string UndoSql = Back("After", "Before");
    private static readonly string RedoSql = Back("Before", "After");

    private readonly IDbContextFactory<FramevetDb> _contexts;
    private readonly WriteGate _gate;
    private readonly TimeProvider _clock;

    internal MarkStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) => (_contexts, _gate, _clock) = (contexts, gate, clock);

    /// <summary>Does what a checked order says, once: an order with a key that this person used before answers with what came of the first.</summary>
    /// <exception cref="Pipeline.VettingException">NotFound: no such run.</exception>
    public Task<MarkOutcome> DoAsync(RunId run, MarkOrder order, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(actor);
        return _gate.WriteAsync(run, (scope, token) => DoAsync(scope, run, order, actor, token), ct);
    }

    /// <summary>Marks that changed after a revision, by rising revision; each has a revision of its own, so the next call continues at the last one's.</summary>
    public async Task<ImmutableArray<FrameMark>> ChangedAsync(RunId run, long after, int take, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.FrameMarks.AsNoTracking().Where(m => m.RunId == run && m.Revision > after).OrderBy(m => m.Revision).Take(take).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(m => m.ToMark())];
        }
    }

    /// <summary>Marks of some frames; those never marked are not in it.</summary>
    public async Task<ImmutableDictionary<long, FrameMark>> OfAsync(RunId run, ImmutableArray<long> frames, CancellationToken ct)
    {
        var stamps = frames.ToArray();
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.FrameMarks.AsNoTracking().Where(m => m.RunId == run && EF.Parameter(stamps).Contains(m.Pts)).ToListAsync(ct).ConfigureAwait(false);
            return rows.ToImmutableDictionary(m => m.Pts, m => m.ToMark());
        }
    }

    private async Task<MarkOutcome> DoAsync(WriteScope scope, RunId run, MarkOrder order, Actor actor, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var target = order.Kind == MarkOrderKind.Set ? null : await TargetAsync(scope, run, order.Kind, actor.Id, ct).ConfigureAwait(false);
        var op = await scope.Command("""
            INSERT INTO "MarkOps" ("RunId", "ById", "ByName", "Key", "At", "Kind", "Target", "Changed") VALUES (@run, @by, @name, @key, @now, @kind, @target, 0)
            ON CONFLICT ("ById", "Key") DO NOTHING RETURNING "Id"
            """).With("@run", run).With("@by", actor.Id).With("@name", actor.Name).With("@key", order.Key).With("@now", now).With("@kind", order.Kind).With("@target", target)
            .NumberAsync(ct).ConfigureAwait(false);
        if (op is not { } id)
        {
            return await RepeatAsync(scope, order, actor, ct).ConfigureAwait(false);
        }

        var changed = order.Kind == MarkOrderKind.Set
            ? await SetAsync(scope, run, id, order, ct).ConfigureAwait(false)
            : target is null ? 0 : await scope.Command(order.Kind == MarkOrderKind.Undo ? UndoSql : RedoSql).With("@op", id).With("@run", run).With("@target", target).ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        var text = await TextAsync(scope, order, target, changed, ct).ConfigureAwait(false);
        await scope.Command("""UPDATE "MarkOps" SET "Changed" = @changed, "Text" = @text WHERE "Id" = @op""").With("@changed", changed).With("@text", text).With("@op", id)
            .ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        if (changed == 0)
        {
            return new MarkOutcome(order.Key, order.Kind, false, 0, [], 0, text);
        }

        var revision = await RunRevision.RaiseAsync(scope, run, changed, ct).ConfigureAwait(false);
        await scope.Command(ApplySql).With("@run", run).With("@op", id).With("@by", actor.Id).With("@name", actor.Name).With("@now", now).With("@base", revision - changed)
            .ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        return new MarkOutcome(order.Key, order.Kind, false, changed, await NamedAsync(scope, run, id, ct).ConfigureAwait(false), revision, text);
    }

    private static async Task<int> SetAsync(WriteScope scope, RunId run, long op, MarkOrder order, CancellationToken ct)
    {
        var changed = 0;
        foreach (var step in order.Steps)
        {
            changed += await scope.Command(SetSql(scope.Db.Dialect)).With("@op", op).With("@run", run).With("@frames", $"[{string.Join(',', step.Frames)}]")
                .With("@stars", step.Set.Stars).With("@flag", step.Set.Flag).With("@colour", step.Set.Colour)
                .With("@add", TagText.Write(step.Set.AddTags)).With("@remove", TagText.Write(step.Set.RemoveTags)).With("@least", order.IfRevision)
                .ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        return changed;
    }

    private static async Task<MarkOutcome> RepeatAsync(WriteScope scope, MarkOrder order, Actor actor, CancellationToken ct)
    {
        var first = await scope.Db.MarkOps.AsNoTracking().SingleAsync(o => o.ById == actor.Id && o.Key == order.Key, ct).ConfigureAwait(false);
        return new MarkOutcome(order.Key, first.Kind, true, first.Changed, await NamedAsync(scope, first.RunId, first.Id, ct).ConfigureAwait(false), 0, first.Text);
    }

    private static async Task<long?> TargetAsync(WriteScope scope, RunId run, MarkOrderKind kind, string user, CancellationToken ct)
    {
        var log = await scope.Db.MarkOps.AsNoTracking().Where(o => o.RunId == run && o.ById == user && (o.Changed > 0 || o.Kind != MarkOrderKind.Set)).OrderByDescending(o => o.Id).Take(LogWindow)
            .Select(o => new { o.Id, o.Kind, o.Target }).ToListAsync(ct).ConfigureAwait(false);
        var line = new UndoLine();
        foreach (var entry in log.AsEnumerable().Reverse())
        {
            line.Add(entry.Id, entry.Kind, entry.Target);
        }

        return kind == MarkOrderKind.Undo ? line.Undo : line.Redo;
    }

    private static async Task<string?> TextAsync(WriteScope scope, MarkOrder order, long? target, int changed, CancellationToken ct) => order.Kind switch
    {
        MarkOrderKind.Set => string.Create(CultureInfo.InvariantCulture, $"{string.Join("; ", order.Steps.Select(s => s.Set.Words()).Distinct())} on {(changed == 1 ? "1 frame" : $"{changed} frames")}"),
        _ => target is { } id ? await scope.Db.MarkOps.Where(o => o.Id == id).Select(o => o.Text).SingleAsync(ct).ConfigureAwait(false) : null,
    };

    private static async Task<ImmutableArray<FrameMark>> NamedAsync(WriteScope scope, RunId run, long op, CancellationToken ct)
    {
        var rows = await scope.Db.MarkChanges.AsNoTracking().Where(c => c.OpId == op).OrderBy(c => c.Pts).Take(Named)
            .Join(scope.Db.FrameMarks.Where(m => m.RunId == run), c => c.Pts, m => m.Pts, (c, m) => m).ToListAsync(ct).ConfigureAwait(false);
        return [.. rows.OrderBy(m => m.Pts).Select(m => m.ToMark())];
    }

    private static string Back(string from, string to) => Into + $"""
         SELECT @op, n.p, s0, f0, c0, t0, s1, f1, c1, t1 FROM (
            SELECT c."Pts" AS p, COALESCE(m."Stars", 0) AS s0, COALESCE(m."Flag", 'None') AS f0, COALESCE(m."Colour", 0) AS c0, COALESCE(m."Tags", '') AS t0,
                CASE WHEN COALESCE(m."Stars", 0) = c."Stars{from}" THEN c."Stars{to}" ELSE COALESCE(m."Stars", 0) END AS s1,
                CASE WHEN COALESCE(m."Flag", 'None') = c."Flag{from}" THEN c."Flag{to}" ELSE COALESCE(m."Flag", 'None') END AS f1,
                CASE WHEN COALESCE(m."Colour", 0) = c."Colour{from}" THEN c."Colour{to}" ELSE COALESCE(m."Colour", 0) END AS c1,
                CASE WHEN COALESCE(m."Tags", '') = c."Tags{from}" THEN c."Tags{to}" ELSE COALESCE(m."Tags", '') END AS t1
            FROM "MarkChanges" c LEFT JOIN "FrameMarks" m ON m."RunId" = @run AND m."Pts" = c."Pts" WHERE c."OpId" = @target) n
        WHERE {Differs}
        """;
}
