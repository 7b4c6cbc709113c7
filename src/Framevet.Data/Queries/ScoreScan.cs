using System.Text;
using System.Text.Json;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>Reads scores of all frames of a run in one pass, without making a row object of each.</summary>
internal static class ScoreScan
{
    /// <summary>All values of each score, in no order.</summary>
    public static async Task<Dictionary<string, List<double>>> AllAsync(FramevetDb db, RunId run, CancellationToken ct)
    {
        var columns = new List<Column>();
        await db.Database.OpenConnectionAsync(ct).ConfigureAwait(false);
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = """SELECT "Scores" FROM "Frames" WHERE "RunId" = @run""";
        command.With("@run", run);
        using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            Collect(Encoding.UTF8.GetBytes(reader.GetString(0)), columns);
        }

        return columns.ToDictionary(c => c.Score, c => c.Values, StringComparer.Ordinal);
    }

    /// <summary>One score of all frames that have it, by rising PTS.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: not a score id.</exception>
    public static async Task<List<CurvePoint>> CurveAsync(FramevetDb db, RunId run, string score, CancellationToken ct)
    {
        var points = new List<CurvePoint>();
        await db.Database.OpenConnectionAsync(ct).ConfigureAwait(false);
        using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // The score id passed a strict pattern.
        command.CommandText = $"""SELECT f."Pts", f."Seconds", {FramesSql.Value(score, db.Dialect)}, f."State" FROM "Frames" f WHERE f."RunId" = @run ORDER BY f."Pts" """;
#pragma warning restore CA2100
        command.With("@run", run);
        using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            if (!reader.IsDBNull(2))
            {
                points.Add(new CurvePoint(reader.GetInt64(0), reader.GetDouble(1), (float)reader.GetDouble(2), Enum.Parse<FrameState>(reader.GetString(3))));
            }
        }

        return points;
    }

    private static void Collect(ReadOnlySpan<byte> json, List<Column> columns)
    {
        var reader = new Utf8JsonReader(json);
        var expected = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            // Rows name their scores in the same order, so the next column is nearly always the right one.
            var at = expected < columns.Count && reader.ValueTextEquals(columns[expected].Score) ? expected : Find(ref reader, columns);
            reader.Read();
            columns[at].Values.Add(reader.GetDouble());
            expected = at + 1;
        }
    }

    private static int Find(ref Utf8JsonReader reader, List<Column> columns)
    {
        var score = reader.GetString()!;
        var at = columns.FindIndex(c => c.Score == score);
        if (at < 0)
        {
            columns.Add(new Column(score, []));
            at = columns.Count - 1;
        }

        return at;
    }

    private sealed record Column(string Score, List<double> Values);
}
