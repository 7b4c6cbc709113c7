using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>The people seen in a run: Gallery, Frame page, Submit page, API.</summary>
public sealed class PersonsQuery(IDbContextFactory<FramevetDb> contexts)
{
    // The face that stands for a person: the best one that may be seen, else the best of all; the earliest of equals.
    private const string Sql = """
        SELECT n."Number", n."Frames", n."Faces", n."FirstSeconds", n."LastSeconds", n."Pts", n."Face", n."IsAllowed"
        FROM (SELECT p."Person" AS "Number", p."Pts", p."Face", f."IsAllowed",
                COUNT(*) OVER whole AS "Faces",
                (SELECT COUNT(DISTINCT d."Pts") FROM "PersonFaces" d WHERE d."RunId" = p."RunId" AND d."Person" = p."Person") AS "Frames",
                MIN(f."Seconds") OVER whole AS "FirstSeconds", MAX(f."Seconds") OVER whole AS "LastSeconds",
                ROW_NUMBER() OVER (PARTITION BY p."Person" ORDER BY f."IsAllowed" DESC, p."Quality" DESC, p."Pts", p."Face") AS "Place"
              FROM "PersonFaces" p JOIN "Frames" f ON f."RunId" = p."RunId" AND f."Pts" = p."Pts"
              WHERE p."RunId" = {0}
              WINDOW whole AS (PARTITION BY p."Person")) n
        WHERE n."Place" = 1
        ORDER BY n."Number"
        """;

    /// <summary>By number, those in most frames first; empty when nobody was looked for, or nobody was found (yet).</summary>
    public async Task<ImmutableArray<PersonRow>> GetAsync(RunId run, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return [.. await db.Database.SqlQueryRaw<PersonRow>(Sql, run.ToString()).ToListAsync(ct).ConfigureAwait(false)];
        }
    }

    /// <summary>Whose the faces of a frame are: number of the person by place of the face. A face that was not grouped is not in it.</summary>
    public async Task<ImmutableDictionary<int, int>> OfFrameAsync(RunId run, long pts, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var faces = await db.PersonFaces.Where(f => f.RunId == run && f.Pts == pts).Select(f => new { f.Face, f.Person }).ToListAsync(ct).ConfigureAwait(false);
            return faces.ToImmutableDictionary(f => f.Face, f => f.Person);
        }
    }

    /// <summary>What a person looks like, for looking for them elsewhere; null when there is no such person.</summary>
    public async Task<FaceEmbedding?> LookAsync(RunId run, int number, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var look = await db.Persons.Where(p => p.RunId == run && p.Number == number).Select(p => p.Look).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            return look is null ? null : PersonWrites.Look(look);
        }
    }
}

/// <summary>
/// Somebody seen in a run. <paramref name="Frames"/> with at least one of their <paramref name="Faces"/>, between <paramref name="FirstSeconds"/> and
/// <paramref name="LastSeconds"/>. The face that stands for them is number <paramref name="Face"/> of the frame at <paramref name="Pts"/>;
/// <paramref name="IsAllowed"/>: a verdict allows that frame to be seen.
/// </summary>
public sealed record PersonRow(int Number, int Frames, int Faces, double FirstSeconds, double LastSeconds, long Pts, int Face, bool IsAllowed);
