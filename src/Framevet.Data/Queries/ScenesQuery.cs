using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>The scene list of a run: Run page, Gallery, Frame page, API.</summary>
public sealed class ScenesQuery(IDbContextFactory<FramevetDb> contexts)
{
    // A scene reaches up to the next one, so that every frame lies in exactly one; frames before the first belong to it.
    private const string Sql = """
        SELECT s."Number", s."FirstPts", s."LastPts", s."FirstIndex", s."LastIndex", s."TimeBaseNum", s."TimeBaseDen", s."Scored", c."Pts" AS "CoverPts", c."IsAllowed" AS "CoverIsAllowed"
        FROM (SELECT w.*,
                (SELECT COUNT(*) FROM "Frames" f WHERE f."RunId" = w."RunId" AND f."Pts" >= w."From" AND f."Pts" < w."Until") AS "Scored",
                (SELECT MIN(f."Pts") FROM "Frames" f WHERE f."RunId" = w."RunId" AND f."Pts" >= w."From" AND f."Pts" < w."Until" AND f."ThumbKey" IS NOT NULL) AS "Cover"
              FROM (SELECT n.*, CASE WHEN n."Number" = 1 THEN -9223372036854775807 ELSE n."FirstPts" END AS "From",
                      COALESCE(LEAD(n."FirstPts") OVER (ORDER BY n."Number"), 9223372036854775807) AS "Until"
                    FROM "Scenes" n WHERE n."RunId" = {0}) w) s
        LEFT JOIN "Frames" c ON c."RunId" = s."RunId" AND c."Pts" = s."Cover"
        ORDER BY s."Number"
        """;

    /// <summary>Scenes by number; empty when the run has no scene list (yet).</summary>
    public async Task<ImmutableArray<SceneRow>> GetAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Database.SqlQueryRaw<Line>(Sql, run.ToString()).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select((line, i) => Row(line, i + 1 < rows.Count ? rows[i + 1] : null))];
        }
    }

    private static SceneRow Row(Line line, Line? next) => new(
        line.Number, line.FirstPts, line.LastPts, Seconds(line, line.FirstPts), next is null ? Seconds(line, line.LastPts) : Seconds(next, next.FirstPts),
        line.LastIndex - line.FirstIndex + 1, line.Scored, line.CoverPts, line.CoverIsAllowed ?? false);

    private static double Seconds(Line line, long pts) => (double)pts * line.TimeBaseNum / line.TimeBaseDen;

    internal sealed record Line(int Number, long FirstPts, long LastPts, int FirstIndex, int LastIndex, int TimeBaseNum, int TimeBaseDen, int Scored, long? CoverPts, bool? CoverIsAllowed);
}

/// <summary>
/// A scene. <paramref name="FirstPts"/> and <paramref name="LastPts"/> are of its first and last frame; <paramref name="EndSeconds"/> is where the next one
/// begins, for the last scene the time of its last frame. <paramref name="Frames"/> of the file, <paramref name="Scored"/> of the run lie in it. The cover
/// is its first scored frame, null when it has none.
/// </summary>
public sealed record SceneRow(int Number, long FirstPts, long LastPts, double StartSeconds, double EndSeconds, int Frames, int Scored, long? CoverPts, bool CoverIsAllowed)
{
    /// <summary>Whether a moment lies in it; the last scene also holds its end.</summary>
    public bool Holds(double seconds, bool isLast) => (Number == 1 || seconds >= StartSeconds) && (isLast || seconds < EndSeconds);
}
