using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Framevet.Data.Engines;

/// <summary>Frame rows in bulk by binary COPY.</summary>
internal static class FrameCopy
{
    /// <inheritdoc cref="FrameWrites.InsertAsync"/>
    public static async Task InsertAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, long revision, DateTimeOffset now, CancellationToken ct)
    {
        // COPY knows no conflicts. Nobody else adds frames of this run meanwhile: its row is held.
        var there = await ThereAsync(scope, run, batch, ct).ConfigureAwait(false);
        var fresh = batch.Select((candidate, i) => (Candidate: candidate, Revision: revision + i + 1)).Where(f => there.Add(f.Candidate.Pts.Value)).ToList();
        var judged = fresh.Where(f => f.Candidate.Judgement is not null).Select(f => f.Candidate).ToList();
        await CopyAsync((NpgsqlConnection)scope.Connection, "Frames", FrameWrites.FrameColumns, fresh.Select(f => FrameWrites.FrameRow(run, f.Candidate, f.Revision)), ct).ConfigureAwait(false);
        await CopyAsync((NpgsqlConnection)scope.Connection, "Findings", FrameWrites.FindingColumns, judged.SelectMany(c => c.Judgement!.Findings.Select(f => FrameWrites.FindingRow(run, c.Pts, f))), ct).ConfigureAwait(false);
        await CopyAsync((NpgsqlConnection)scope.Connection, "Verdicts", FrameWrites.VerdictColumns, judged.Select(c => FrameWrites.VerdictRow(run, c.Pts.Value, c.Judgement!.Verdict, now)), ct).ConfigureAwait(false);
    }

    /// <summary>Copies rows; each value has the type of its column, as <see cref="DbCommands.ToColumn"/> makes it.</summary>
    public static async Task<long> CopyAsync(NpgsqlConnection server, string table, string columns, IEnumerable<object?[]> rows, CancellationToken ct)
    {
        var writer = await server.BeginBinaryImportAsync($"COPY \"{table}\" ({columns}) FROM STDIN (FORMAT BINARY)", ct).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            foreach (var row in rows)
            {
                await writer.StartRowAsync(ct).ConfigureAwait(false);
                foreach (var value in row)
                {
                    await WriteAsync(writer, DbCommands.ToColumn(value), ct).ConfigureAwait(false);
                }
            }

            return (long)await writer.CompleteAsync(ct).ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter writer, object value, CancellationToken ct) => value switch
    {
        DBNull => writer.WriteNullAsync(ct),
        string text => writer.WriteAsync(text, NpgsqlDbType.Text, ct),
        long number => writer.WriteAsync(number, NpgsqlDbType.Bigint, ct),
        int number => writer.WriteAsync(number, NpgsqlDbType.Integer, ct),
        double number => writer.WriteAsync(number, NpgsqlDbType.Double, ct),
        bool truth => writer.WriteAsync(truth, NpgsqlDbType.Boolean, ct),
        Guid id => writer.WriteAsync(id, NpgsqlDbType.Uuid, ct),
        byte[] bytes => writer.WriteAsync(bytes, NpgsqlDbType.Bytea, ct),
        _ => throw new InvalidOperationException($"No column holds a {value.GetType().Name}."),
    };

    private static async Task<HashSet<long>> ThereAsync(WriteScope scope, RunId run, ImmutableArray<Candidate> batch, CancellationToken ct)
    {
        var there = new HashSet<long>();
        using var reader = await scope.Command("""SELECT "Pts" FROM "Frames" WHERE "RunId" = @run AND "Pts" = ANY(@all)""")
            .With("@run", run).With("@all", batch.Select(c => c.Pts.Value).ToArray()).ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            there.Add(reader.GetInt64(0));
        }

        return there;
    }
}
