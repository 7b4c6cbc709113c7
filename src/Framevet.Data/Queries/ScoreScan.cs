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
        var values = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        await db.Database.OpenConnectionAsync(ct).ConfigureAwait(false);
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = """SELECT "Scores" FROM "Frames" WHERE "RunId" = @run""";
        command.With("@run", run);
        using var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false))
        {
            Collect(Encoding.UTF8.GetBytes(reader.GetString(0)), values);
        }

        return values;
    }

    /// <summary>One score of all frames that have it, by rising PTS.</summary>
    /// <exception cref="Pipeline.VettingException">InvalidRequest: not a score id.</exception>
    public static async Task<List<CurvePoint>> CurveAsync(FramevetDb db, RunId run, string score, CancellationToken ct)
    {
        var points = new List<CurvePoint>();
        await db.Database.OpenConnectionAsync(ct).ConfigureAwait(false);
        using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // The score id passed a strict pattern.
        command.CommandText = $"""SELECT f."Pts", f."Seconds", {FramesSql.Value(score)}, f."State" FROM "Frames" f WHERE f."RunId" = @run ORDER BY f."Pts" """;
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

    private static void Collect(ReadOnlySpan<byte> json, Dictionary<string, List<double>> values)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var score = reader.GetString()!;
            reader.Read();
            if (!values.TryGetValue(score, out var list))
            {
                values[score] = list = [];
            }

            list.Add(reader.GetDouble());
        }
    }
}
