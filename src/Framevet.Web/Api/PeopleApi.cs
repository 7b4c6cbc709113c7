using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>People seen in a run, and what models found in its frames.</summary>
internal static class PeopleApi
{
    public static void MapPeople(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/runs/{id}").WithTags("People").RequireAuthorization(Policies.SignedIn, Scopes.RunsRead);
        runs.MapGet("/people", ListAsync).WithName("ListPeople").WithSummary("The people seen in a run")
            .WithDescription("Those in most frames first; empty when the recipe keeps no looks of faces, or nobody was found (yet). Numbers hold within the run only; "
                + "`frames?person=` takes them.");
        runs.MapGet("/people/{number:int}", GetAsync).WithName("GetPerson").WithSummary("One person, with the reference to look for them in another run")
            .WithDescription("`reference` is what a part's option of the kind `face` takes.");
        runs.MapGet("/frames/{pts:long}/detections", DetectionsAsync).WithName("GetDetections").WithSummary("Faces, things and people found in a frame")
            .WithDescription("Coordinates are relative to the upright frame, 0..1 from the top left corner. A list is null when nobody looked, empty when nothing was found. "
                + "`reference=true` adds what each face looks like.");
    }

    private static async Task<PersonBody[]> ListAsync(string id, ClaimsPrincipal user, RunAccess access, PersonsQuery persons, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        return [.. (await persons.GetAsync(run.Id, ct)).Select(p => PersonBody.From(p))];
    }

    private static async Task<PersonBody> GetAsync(string id, int number, ClaimsPrincipal user, RunAccess access, PersonsQuery persons, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        return (await persons.GetAsync(run.Id, ct)).FirstOrDefault(p => p.Number == number) is { } person && await persons.LookAsync(run.Id, number, ct) is { } look
            ? PersonBody.From(person, look)
            : throw new VettingException(FailureCode.NotFound, $"The run has no person {number}.");
    }

    private static async Task<DetectionsBody> DetectionsAsync(string id, long pts, ClaimsPrincipal user, RunAccess access, FrameLookQuery frames, PersonsQuery persons, CancellationToken ct,
        bool reference = false)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        var look = await frames.FoundAsync(run.Id, pts, ct) ?? throw new VettingException(FailureCode.NotFound, "The run has no such frame.");
        return DetectionsBody.From(look.Found, await persons.OfFrameAsync(run.Id, pts, ct), reference);
    }
}
