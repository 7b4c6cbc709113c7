using System.Data.Common;
using System.Text;
using System.Text.Json;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>
/// Columns of the runs that are looked at. Each question compares the run's revision with the store first, so an answer is never older than the question; what is
/// newer is read by its revision and merged. The runs used longest ago are forgotten when all together hold too many frames. Thread-safe.
/// </summary>
public sealed class RunColumnsCache(IDbContextFactory<FramevetDb> contexts) : IDisposable
{
    private const int MaxFrames = 1_500_000;
    private const string Counting = """SELECT COUNT(*) FROM "Frames" WHERE "RunId" = @run""";

    private readonly Dictionary<RunId, Entry> _entries = [];
    private readonly Lock _gate = new();
    private long _uses;

    /// <summary>The columns as the store has them now; empty for a run without frames, or when there is no such run.</summary>
    public async Task<RunColumns> GetAsync(RunId run, CancellationToken ct)
    {
        var entry = Take(run);
        await entry.One.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
            await using (db.ConfigureAwait(false))
            {
                entry.Columns = await ReadAsync(db, run, entry.Columns, ct).ConfigureAwait(false);
            }

            Forget(run);
            return entry.Columns;
        }
        finally
        {
            entry.One.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            entry.One.Dispose();
        }
    }

    private Entry Take(RunId run)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(run, out var entry))
            {
                _entries[run] = entry = new Entry();
            }

            entry.Used = ++_uses;
            return entry;
        }
    }

    // A forgotten entry's columns stay alive for whoever holds them; the entry itself stays, it is small.
    private void Forget(RunId kept)
    {
        lock (_gate)
        {
            var total = _entries.Values.Sum(e => (long)(e.Columns?.Count ?? 0));
            foreach (var (_, entry) in _entries.Where(e => e.Key != kept && e.Value.Columns is not null).OrderBy(e => e.Value.Used).ToList())
            {
                if (total <= MaxFrames)
                {
                    return;
                }

                total -= entry.Columns?.Count ?? 0;
                entry.Columns = null;
            }
        }
    }

    private static async Task<RunColumns> ReadAsync(FramevetDb db, RunId run, RunColumns? old, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct).ConfigureAwait(false);
        var connection = db.Database.GetDbConnection();
        var transaction = await db.Dialect.BeginReadAsync(connection, ct).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            var revision = await NumberAsync(connection, transaction, """SELECT "Revision" FROM "Runs" WHERE "Id" = @run""", run, ct).ConfigureAwait(false);
            if (old is not null && old.Revision == revision)
            {
                return old;
            }

            var isFresh = old is null || old.Revision > revision;
            var lines = await FramesAsync(connection, transaction, run, isFresh ? null : old!.Revision, ct).ConfigureAwait(false);
            if (!isFresh)
            {
                if (lines.Pts.Count == 0 && await NumberAsync(connection, transaction, Counting, run, ct).ConfigureAwait(false) == old!.Count)
                {
                    return old.With(revision, await MarksAsync(connection, transaction, run, old.Revision, ct).ConfigureAwait(false));
                }

                var merged = FrameLines.Merge(old!, lines);
                var count = await NumberAsync(connection, transaction, Counting, run, ct).ConfigureAwait(false);
                isFresh = merged.Pts.Count != count;
                lines = isFresh ? await FramesAsync(connection, transaction, run, null, ct).ConfigureAwait(false) : merged;
            }

            // A frame that is new here may have been marked before.
            var marksAfter = isFresh || lines.Pts.Count != old!.Count ? 0 : old.Revision;
            foreach (var mark in await MarksAsync(connection, transaction, run, marksAfter, ct).ConfigureAwait(false))
            {
                if (lines.PlaceOf(mark.Pts) is >= 0 and var at)
                {
                    lines.Mark(at, mark.Stars, mark.Flag, mark.Colour, mark.Tags);
                }
            }

            return new RunColumns(run, revision, lines);
        }
    }

    private static async Task<FrameLines> FramesAsync(DbConnection connection, DbTransaction transaction, RunId run, long? after, CancellationToken ct)
    {
        var lines = new FrameLines();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        const string Columns = """SELECT "Pts", "Seconds", "Index", "State", "IsAllowed", "Rank", "Fingerprint", "Losses", "Scores" FROM "Frames" WHERE "RunId" = @run""";
        command.CommandText = after is null ? Columns + """ ORDER BY "Pts" """ : Columns + """ AND "Revision" > @after ORDER BY "Pts" """;
        command.With("@run", run);
        if (after is { } revision)
        {
            command.With("@after", revision);
        }

        using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            lines.Add(reader.GetInt64(0), reader.GetDouble(1), reader.GetInt32(2), Enum.Parse<FrameState>(reader.GetString(3)), reader.GetBoolean(4), reader.IsDBNull(5) ? 0 : reader.GetInt32(5),
                unchecked((ulong)reader.GetInt64(6)), Loss(reader.GetString(7), lines));
            AddScores(Encoding.UTF8.GetBytes(reader.GetString(8)), lines);
        }

        lines.Close();
        return lines;
    }

    private static async Task<List<MarkLine>> MarksAsync(DbConnection connection, DbTransaction transaction, RunId run, long after, CancellationToken ct)
    {
        var marks = new List<MarkLine>();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """SELECT "Pts", "Stars", "Flag", "Colour", "Tags" FROM "FrameMarks" WHERE "RunId" = @run AND "Revision" > @after""";
        command.With("@run", run).With("@after", after);
        using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            marks.Add(new MarkLine(reader.GetInt64(0), reader.GetInt32(1), Enum.Parse<MarkFlag>(reader.GetString(2)), reader.GetInt32(3), TagText.Read(reader.GetString(4))));
        }

        return marks;
    }

    private static int Loss(string json, FrameLines lines) => json.Length > 2 && FrameMapping.LossList(json) is [var first, ..] ? lines.PartOf(first.Part) : -1;

    private static void AddScores(ReadOnlySpan<byte> json, FrameLines lines)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var column = lines.Score(reader.GetString()!);
                reader.Read();
                column.Add(reader.GetDouble());
            }
        }
    }

    private static async Task<long> NumberAsync(DbConnection connection, DbTransaction transaction, string sql, RunId run, CancellationToken ct)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Both callers pass a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.With("@run", run).NumberAsync(ct).ConfigureAwait(false) ?? 0;
    }

    private sealed class Entry
    {
        public SemaphoreSlim One { get; } = new(1, 1);

        public RunColumns? Columns { get; set; }

        public long Used { get; set; }
    }
}
