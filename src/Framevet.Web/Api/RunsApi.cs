using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Runs: list, look, cancel, retry. Uploads are in <see cref="Upload"/>.</summary>
internal static class RunsApi
{
    private const int MaxTake = 200;

    public static void MapRuns(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/runs").WithTags("Runs").RequireAuthorization(Policies.SignedIn, Scopes.RunsRead);
        read.MapGet("", ListAsync).WithName("ListRuns").WithSummary("Runs, newest first; submitters see their own");
        read.MapGet("/{id}", GetAsync).WithName("GetRun").WithSummary("One run with state, reason, funnel and recipe");
        read.MapGet("/{id}/verdict", VerdictAsync).WithName("GetVerdict").WithSummary("The outcome in a word, frames by state, and moderation's word on the clip")
            .WithDescription("`clip` holds decision, reason, stage (`bank`, `screen`, `local`, `precise`, `person`, or `none` when nobody could judge), and the versions of taxonomy, policy and models; "
                + "for people who may review also label, confidence, the rule by which frames make up a clip, and the band with its bounds. It is null until every frame was moderated.");
        read.MapGet("/{id}/scenes", ScenesAsync).WithName("ListScenes").WithSummary("The scene list of a run")
            .WithDescription("By number, from 1; empty when the recipe finds no cuts, or none of them yet. Times in seconds, PTS in the media's time base.");
        read.MapGet("/{id}/log", LogAsync).WithName("GetLog").WithSummary("Log lines after an id, oldest first");

        var write = api.MapGroup("/runs").WithTags("Runs").RequireAuthorization(Policies.Submit, Scopes.RunsWrite);
        write.MapPost("", Upload.HandleAsync).WithName("SubmitRuns").WithSummary("Submit files (multipart); each becomes a run")
            .WithDescription("Parts named `files`; fields `recipe` (name) or `recipeJson`, `priority` (0..9). Answers 201 when at least one file became a run.")
            .Produces<SubmitBody>(StatusCodes.Status201Created)
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
            .AddOpenApiOperationTransformer(ApiDocument.DescribeUploadAsync);
        write.MapPost("/{id}/cancel", CancelAsync).WithName("CancelRun").WithSummary("Cancel a run").Produces<RunBody>();
        write.MapPost("/{id}/retry", RetryAsync).WithName("RetryRun").WithSummary("Queue a failed or cancelled run again, from the start").Produces<RunBody>();
    }

    private static async Task<PageBody<RunItem>> ListAsync(ClaimsPrincipal user, RunsQuery query, CancellationToken ct,
        string? text = null, string[]? state = null, bool mine = false, int skip = 0, int take = 50)
    {
        Paging.Check(skip, take, MaxTake);
        var actor = user.ToActor();
        var filter = RunAccess.Narrow(new RunsFilter(mine ? actor.Id : null, text, QueryWords.Read<RunState>(state)), actor);
        var page = await query.PageAsync(filter, skip, take, ct);
        return new PageBody<RunItem>([.. page.Rows.Select(RunItem.From)], page.Total, skip, take);
    }

    private static async Task<RunBody> GetAsync(string id, ClaimsPrincipal user, RunAccess access, CancellationToken ct) =>
        RunBody.From(await access.RunAsync(id, user.ToActor(), ct));

    private static async Task<VerdictBody> VerdictAsync(string id, ClaimsPrincipal user, RunAccess access, FramesQuery frames, IRunStore store, BackendTiers tiers, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        var counts = await frames.CountsAsync(run.Id, ct);
        var word = run.State switch
        {
            RunState.Failed => "failed",
            RunState.Cancelled => "cancelled",
            RunState.Done => counts.GetValueOrDefault(FrameState.Blocked) > 0 || run.Funnel.Blocked > 0 ? "flagged" : "clean",
            _ => "pending",
        };
        var clip = run.State is RunState.AwaitingReview or RunState.Finishing or RunState.Done
            ? ClipBody.From(ClipWord.Of(await store.CandidatesAsync(run.Id, ct), new ModerationPolicy(run.Recipe.Moderation), tiers.Find), user.ToActor())
            : null;
        return new VerdictBody(run.Id, word, run.State, run.Reason, counts, clip);
    }

    private static async Task<SceneBody[]> ScenesAsync(string id, ClaimsPrincipal user, RunAccess access, ScenesQuery scenes, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        return [.. (await scenes.GetAsync(run.Id, ct)).Select(SceneBody.From)];
    }

    private static async Task<LogBody[]> LogAsync(string id, ClaimsPrincipal user, RunAccess access, RunQuery query, CancellationToken ct, long after = 0, int take = 200)
    {
        Paging.Check(0, take, 1000);
        var run = await access.RunAsync(id, user.ToActor(), ct);
        return [.. (await query.LogAsync(run.Id, after, take, ct)).Select(l => new LogBody(l.Id, l.At, l.Level, l.Text))];
    }

    private static async Task<IResult> CancelAsync(string id, ClaimsPrincipal user, RunAccess access, RunDesk desk, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        await desk.CancelAsync(run.Id, user.ToActor(), ct);
        return TypedResults.Ok(RunBody.From(await access.RunAsync(id, user.ToActor(), ct)));
    }

    private static async Task<IResult> RetryAsync(string id, ClaimsPrincipal user, RunAccess access, RunDesk desk, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        await desk.RetryAsync(run.Id, user.ToActor(), ct);
        return TypedResults.Ok(RunBody.From(await access.RunAsync(id, user.ToActor(), ct)));
    }
}
