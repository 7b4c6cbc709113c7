using System.Text.Json;
using Framevet.Data.Engines;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>The picture that stands for a run: its best pick, else its best allowed frame, else its first frame.</summary>
internal static class Covers
{
    private static string Sql(SqlDialect dialect) => $"""
        SELECT c."RunId", f."ThumbKey", f."IsAllowed"
        FROM (SELECT r.value AS "RunId", COALESCE(
                (SELECT p."Pts" FROM "Frames" p WHERE p."RunId" = r.value AND p."Rank" IS NOT NULL AND p."State" = 'Selected' AND p."ThumbKey" IS NOT NULL ORDER BY p."Rank" LIMIT 1),
                (SELECT a."Pts" FROM "Frames" a WHERE a."RunId" = r.value AND a."State" = 'Allowed' AND a."ThumbKey" IS NOT NULL ORDER BY a."Quality" DESC, a."Pts" LIMIT 1),
                (SELECT t."Pts" FROM "Frames" t WHERE t."RunId" = r.value AND t."ThumbKey" IS NOT NULL ORDER BY t."Pts" LIMIT 1)) AS "Pts"
              FROM {dialect.Texts("{0}")} r) c
        JOIN "Frames" f ON f."RunId" = c."RunId" AND f."Pts" = c."Pts"
        """;

    /// <summary>Covers of the runs that have a frame.</summary>
    public static async Task<Dictionary<RunId, Cover>> ReadAsync(FramevetDb db, RunId[] runs, CancellationToken ct)
    {
        var ids = JsonSerializer.Serialize(runs.Select(r => r.ToString()));
        return (await db.Database.SqlQueryRaw<CoverRow>(Sql(db.Dialect), ids).ToListAsync(ct).ConfigureAwait(false)).ToDictionary(
            c => RunId.TryParse(c.RunId, out var id) ? id : throw new InvalidOperationException("A run id that is none."),
            c => new Cover(c.ThumbKey, c.IsAllowed));
    }

    internal readonly record struct Cover(string? ThumbKey, bool IsAllowed);

    internal sealed record CoverRow(string RunId, string? ThumbKey, bool IsAllowed);
}
