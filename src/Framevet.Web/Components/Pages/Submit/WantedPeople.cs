using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Components.Pages.Submit;

/// <summary>Somebody of an earlier run who is looked for in a new one, with the face that shows them.</summary>
public sealed record WantedPerson(RunId Run, long Pts, int Face, bool IsAllowed, string Name, string SourceName, FaceEmbedding Look);

/// <summary>Reads from the address who is wanted: <c>face=run/pts/place</c> or <c>person=run/number</c>. Thread-safe.</summary>
internal sealed class WantedPeople(IRunStore runs, FrameLookQuery frames, PersonsQuery persons)
{
    /// <summary>The person; null when nobody is named.</summary>
    /// <exception cref="VettingException">NotFound: the run is not there for this actor, or has no such face or person.</exception>
    public async Task<WantedPerson?> FindAsync(string? face, string? person, Actor actor, CancellationToken ct)
    {
        if (face?.Split('/') is [var ofFrame, var pts, var place])
        {
            return await FaceAsync(await RunAsync(ofFrame, actor, ct), Number(pts), (int)Number(place), ct) ?? throw Nobody();
        }

        return person?.Split('/') is [var ofRun, var number]
            ? await PersonAsync(await RunAsync(ofRun, actor, ct), (int)Number(number), ct) ?? throw Nobody()
            : null;
    }

    private async Task<WantedPerson?> FaceAsync(Run run, long pts, int place, CancellationToken ct)
    {
        if (await frames.FoundAsync(run.Id, pts, ct) is not { Found.Faces: { } faces } found || place >= faces.Length || faces[place].Embedding is not { } look)
        {
            return null;
        }

        var people = await persons.OfFrameAsync(run.Id, pts, ct);
        var name = FaceWords.Name(place, people.TryGetValue(place, out var number) ? number : null);
        return new WantedPerson(run.Id, pts, place, found.Look.IsAllowed, name, run.SourceName, look);
    }

    private async Task<WantedPerson?> PersonAsync(Run run, int number, CancellationToken ct) =>
        (await persons.GetAsync(run.Id, ct)).FirstOrDefault(p => p.Number == number) is { } row && await persons.LookAsync(run.Id, number, ct) is { } look
            ? new WantedPerson(run.Id, row.Pts, row.Face, row.IsAllowed, FaceWords.Name(row.Face, number), run.SourceName, look)
            : null;

    private async Task<Run> RunAsync(string id, Actor actor, CancellationToken ct) =>
        RunId.TryParse(id, out var run) && await runs.GetAsync(run, ct) is { } row && RunAccess.MaySee(row, actor) ? row : throw Nobody();

    private static long Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is > int.MinValue ? number : throw Nobody();

    private static VettingException Nobody() => new(FailureCode.NotFound, "The face to look for is not there, or its run belongs to somebody else.");
}
