using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Selecting frames of a finished run anew, from what is stored; nothing is decoded.</summary>
internal static class SelectionsApi
{
    public static void MapSelections(this RouteGroupBuilder api)
    {
        var selections = api.MapGroup("/runs/{id}/selections").WithTags("Selections");
        selections.MapGet("", ListAsync).RequireAuthorization(Policies.Submit, Scopes.RunsRead).WithName("ListSelections").WithSummary("Kept versions of the run's selection, newest first");
        selections.MapPost("", KeepAsync).RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("KeepSelection").WithSummary("Judge the stored frames with another recipe and keep the outcome as a version")
            .Produces<SelectionVersion>(StatusCodes.Status201Created);
        selections.MapPost("/try", TryAsync).RequireAuthorization(Policies.Submit, Scopes.RunsRead).WithName("TrySelection").WithSummary("What another recipe's weights, gates and selector would make of the stored frames");
        selections.MapPost("/{number:int}/apply", ApplyAsync).RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("ApplySelection").WithSummary("Make a version the run's selection");
        selections.MapGet("/compare", CompareAsync).RequireAuthorization(Policies.Submit, Scopes.RunsRead).WithName("CompareSelections").WithSummary("What one version has that another has not; 0 = the run's selection as it is");
    }

    private static async Task<ImmutableArray<SelectionVersion>> ListAsync(string id, ClaimsPrincipal user, RunAccess access, SelectionDesk desk, CancellationToken ct) =>
        await desk.ListAsync(await FindAsync(id, user, access, ct), user.ToActor(), ct);

    private static async Task<IResult> KeepAsync(string id, SelectionRequest request, ClaimsPrincipal user, RunAccess access, SelectionDesk desk, CancellationToken ct)
    {
        var kept = await desk.KeepAsync(await FindAsync(id, user, access, ct), request.Recipe, request.Note, user.ToActor(), ct);
        return TypedResults.Created($"{WebPaths.Runs}/{id}/selections", kept);
    }

    private static async Task<TriedSelection> TryAsync(string id, SelectionRequest request, ClaimsPrincipal user, RunAccess access, SelectionDesk desk, CancellationToken ct)
    {
        var frames = await desk.OpenAsync(await FindAsync(id, user, access, ct), user.ToActor(), ct);
        var outcome = await desk.TryAsync(frames, request.Recipe, ct);
        return new TriedSelection(outcome.Funnel, outcome.Kept, SelectionChange.Between(frames.Selected, outcome.Kept));
    }

    private static async Task<SelectionVersion> ApplyAsync(string id, int number, ClaimsPrincipal user, RunAccess access, SelectionDesk desk, CancellationToken ct) =>
        await desk.ApplyAsync(await FindAsync(id, user, access, ct), number, user.ToActor(), ct);

    private static async Task<SelectionChange> CompareAsync(string id, ClaimsPrincipal user, RunAccess access, SelectionDesk desk, CancellationToken ct, int from = 0, int to = 0) =>
        await desk.CompareAsync(await FindAsync(id, user, access, ct), from, to, user.ToActor(), ct);

    private static async Task<RunId> FindAsync(string id, ClaimsPrincipal user, RunAccess access, CancellationToken ct) => (await access.RunAsync(id, user.ToActor(), ct)).Id;
}

/// <summary>A recipe of which weights, gates and selector count, and a note for others.</summary>
public sealed record SelectionRequest([property: JsonRequired] Recipe Recipe, string Note = "");

/// <summary>What would come out, and how it differs from the run's selection.</summary>
public sealed record TriedSelection(Funnel Funnel, ImmutableArray<VersionPick> Picks, SelectionChange Change);
