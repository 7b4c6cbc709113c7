using System.Collections.Immutable;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>People of a run in the database.</summary>
internal static class PersonWrites
{
    private const string AddPerson = """INSERT INTO "Persons" ("RunId", "Number", "Look") VALUES (@run, @number, @look)""";
    private const string AddFace = """INSERT INTO "PersonFaces" ("RunId", "Pts", "Face", "Person", "Quality") VALUES (@run, @pts, @face, @number, @quality)""";

    /// <summary>Replaces all of them.</summary>
    public static async Task SaveAsync(WriteScope scope, RunId run, ImmutableArray<Person> people, CancellationToken ct)
    {
        await ClearAsync(scope.Db, run, ct).ConfigureAwait(false);
        var (person, face) = (scope.Command(AddPerson), scope.Command(AddFace));
        foreach (var one in people)
        {
            await person.With("@run", run).With("@number", one.Number).With("@look", one.Look.ToString()).ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            foreach (var seen in one.Faces)
            {
                await face.With("@run", run).With("@pts", seen.Pts.Value).With("@face", seen.Face).With("@number", one.Number).With("@quality", (double)seen.Quality)
                    .ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Deletes all of them; their faces go with them.</summary>
    public static Task ClearAsync(FramevetDb db, RunId run, CancellationToken ct) => db.Persons.Where(p => p.RunId == run).ExecuteDeleteAsync(ct);

    /// <summary>By number; faces by rising PTS.</summary>
    public static async Task<ImmutableArray<Person>> ReadAsync(FramevetDb db, RunId run, CancellationToken ct)
    {
        var people = await db.Persons.AsNoTracking().Where(p => p.RunId == run).OrderBy(p => p.Number).ToListAsync(ct).ConfigureAwait(false);
        if (people.Count == 0)
        {
            return [];
        }

        var faces = await (from seen in db.PersonFaces
                           join frame in db.Frames on new { seen.RunId, seen.Pts } equals new { frame.RunId, frame.Pts }
                           where seen.RunId == run
                           orderby seen.Pts, seen.Face
                           select new { seen.Person, seen.Pts, seen.Face, seen.Quality, frame.TimeBaseNum, frame.TimeBaseDen }).ToListAsync(ct).ConfigureAwait(false);
        var byPerson = faces.ToLookup(f => f.Person, f => new PersonFace(new Pts(f.Pts, new TimeBase(f.TimeBaseNum, f.TimeBaseDen)), f.Face, (float)f.Quality));
        return [.. people.Select(p => new Person(p.Number, Look(p.Look), [.. byPerson[p.Number]]))];
    }

    /// <exception cref="InvalidOperationException">The column does not hold one.</exception>
    public static FaceEmbedding Look(string column) => FaceEmbedding.Parse(column) ?? throw new InvalidOperationException("A look column that holds no embedding.");
}
