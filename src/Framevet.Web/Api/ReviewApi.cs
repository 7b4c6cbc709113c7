using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Review;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>The review queue. A claim gives a token; renewing, releasing, putting aside and deciding need it.</summary>
internal static class ReviewApi
{
    private const int MaxTake = 200;

    public static void MapReview(this RouteGroupBuilder api)
    {
        var review = api.MapGroup("/review").WithTags("Review").RequireAuthorization(Policies.Review, Scopes.Review);
        review.MapGet("", ListAsync).WithName("ListReview").WithSummary("Items of the queue, most severe and oldest first");
        review.MapGet("/summary", SummaryAsync).WithName("ReviewSummary").WithSummary("Counts and the oldest waiting item");
        review.MapGet("/queues", QueuesAsync).WithName("ReviewQueues").WithSummary("What waits for the caller, by queue and severity");
        Silent(review.MapPut("/queues/{queue}/star", (string queue, ClaimsPrincipal user, PreferencesStore own, CancellationToken ct) => StarAsync(queue, true, user, own, ct)), "StarQueue", "Put a queue first for the caller");
        Silent(review.MapDelete("/queues/{queue}/star", (string queue, ClaimsPrincipal user, PreferencesStore own, CancellationToken ct) => StarAsync(queue, false, user, own, ct)), "UnstarQueue", "Put a queue first no longer");
        review.MapGet("/exposure", ExposureAsync).WithName("ReviewExposure").WithSummary("What the caller saw today against the daily limits");
        review.MapGet("/health", HealthAsync).RequireAuthorization(Policies.Lead).WithName("ReviewHealth").WithSummary("Ages, flow, people and miss rates; for leads");
        review.MapGet("/{id:guid}", GetAsync).WithName("GetReview").WithSummary("One item with its flagged frames and findings");
        review.MapPost("/claim-next", ClaimNextAsync).WithName("ClaimNextReview").WithSummary("Claim the next free item; 204 when there is none")
            .Produces<ReviewBody>().Produces(StatusCodes.Status204NoContent);
        review.MapPost("/{id:guid}/claim", ClaimAsync).WithName("ClaimReview").WithSummary("Claim one item; 409 names the holder and the expiry");
        Silent(review.MapPost("/{id:guid}/renew", RenewAsync), "RenewReview", "Extend the lease");
        Silent(review.MapPost("/{id:guid}/release", ReleaseAsync), "ReleaseReview", "Give the item back");
        Silent(review.MapPost("/{id:guid}/hold", HoldAsync), "HoldReview", "Put the item aside, for oneself or for another reviewer");
        Silent(review.MapPost("/{id:guid}/ask", AskAsync), "AskReview", "Ask for a second opinion; the note is needed");
        review.MapPost("/{id:guid}/decide", DecideAsync).WithName("DecideReview").WithSummary("Allow, block or escalate the flagged frames")
            .WithDescription("Label and reason are needed: 422 without. Whoever lost the lease gets 409 with who decided and when. The answer says whether the item is decided, waits for another word, or is with the leads.");
        review.MapPost("/{id:guid}/undo", UndoAsync).WithName("UndoReview").WithSummary("Take one's last word back while it has not taken effect");
        Silent(review.MapPost("/{id:guid}/reverse", ReverseAsync), "ReverseReview", "Replace a decision that has taken effect");
        Silent(review.MapPost("/{id:guid}/golden", GoldenAsync).RequireAuthorization(Policies.Lead), "MakeGolden", "Make the decision a known answer that others are asked for");
    }

    private static void Silent(RouteHandlerBuilder route, string name, string summary) => route.WithName(name).WithSummary(summary).Produces(StatusCodes.Status204NoContent);

    private static async Task<PageBody<ReviewListItem>> ListAsync(ClaimsPrincipal user, ReviewQuery query, CancellationToken ct,
        string[]? state = null, string? queue = null, ReviewSeverity? severity = null, bool mine = false, int skip = 0, int take = 50)
    {
        Paging.Check(skip, take, MaxTake);
        var actor = user.ToActor();
        var filter = new ReviewFilter { States = QueryWords.Read<ReviewState>(state), Queue = queue, Severity = severity, KeptFor = mine ? actor.Id : null };
        var page = await query.ListAsync(filter, skip, take, ct);
        return new PageBody<ReviewListItem>(
            [.. page.Rows.Select(r => new ReviewListItem(ReviewBody.From(r.Item, actor), r.SourceName, r.OwnerName, r.FrameCount))], page.Total, skip, take);
    }

    private static Task<ReviewSummary> SummaryAsync(ReviewQuery query, CancellationToken ct) => query.SummaryAsync(ct);

    private static Task<QueueBoard> QueuesAsync(ClaimsPrincipal user, QueuesQuery query, CancellationToken ct) => query.BoardAsync(user.ToActor(), ct);

    private static async Task<IResult> StarAsync(string queue, bool isStarred, ClaimsPrincipal user, PreferencesStore own, CancellationToken ct)
    {
        if (queue != ReviewQueues.Escalated && !ReviewQueues.All.Contains(queue))
        {
            throw new VettingException(FailureCode.NotFound, $"There is no queue '{queue}'.");
        }

        await own.StarAsync(user.ToActor().Id, queue, isStarred, ct);
        return TypedResults.NoContent();
    }

    private static Task<ImmutableArray<ExposureState>> ExposureAsync(ClaimsPrincipal user, ReviewCare care, CancellationToken ct) => care.TodayAsync(user.ToActor(), ct);

    private static Task<ReviewHealth> HealthAsync(ReviewHealthQuery query, CancellationToken ct, int days = 30) =>
        days is >= 1 and <= 3650 ? query.GetAsync(days, ct) : throw new VettingException(FailureCode.InvalidRequest, "Days must lie between 1 and 3650.");

    private static async Task<ReviewDetailsBody> GetAsync(Guid id, ClaimsPrincipal user, ReviewQuery query, CancellationToken ct) =>
        ReviewDetailsBody.From(
            await query.GetAsync(id, ct) ?? throw new VettingException(FailureCode.NotFound, "There is no such review item."), user.ToActor());

    private static async Task<IResult> ClaimNextAsync(ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct, ClaimNextRequest? request = null)
    {
        var actor = user.ToActor();
        var item = await desk.ClaimNextAsync(actor, new NextChoice(request?.Queue, request?.Severity) { Skip = request?.Skip ?? [] }, ct);
        return item is null ? TypedResults.NoContent() : TypedResults.Ok(ReviewBody.From(item, actor));
    }

    private static async Task<ReviewBody> ClaimAsync(Guid id, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct) =>
        ReviewBody.From(await desk.ClaimAsync(id, user.ToActor(), ct), user.ToActor());

    private static async Task<IResult> RenewAsync(Guid id, TokenRequest request, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct) =>
        await desk.RenewAsync(id, request.Token, user.ToActor(), ct) ? TypedResults.NoContent() : throw Lost();

    private static async Task<IResult> ReleaseAsync(Guid id, TokenRequest request, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct) =>
        await desk.ReleaseAsync(id, request.Token, user.ToActor(), ct) ? TypedResults.NoContent() : throw Lost();

    private static async Task<IResult> HoldAsync(Guid id, HoldRequest request, ClaimsPrincipal user, ReviewDesk desk, UsersQuery users, CancellationToken ct)
    {
        var person = request.UserId is null ? null
            : (await users.InRolesAsync(Roles.Reviewers, ct)).FirstOrDefault(p => p.Id == request.UserId) ?? throw new VettingException(FailureCode.InvalidRequest, "There is no such reviewer.");
        await desk.HoldAsync(id, request.Token, person, request.Note, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> AskAsync(Guid id, AskRequest request, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct)
    {
        await desk.AskAsync(id, request.Token, request.Note, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<DecidedBody> DecideAsync(Guid id, DecideRequest request, ClaimsPrincipal user, RulingDesk desk, CancellationToken ct) =>
        new(await desk.DecideAsync(id, request.Token, new ReviewWord(request.Decision, request.Label, request.Reason, request.Note), user.ToActor(), ct));

    private static async Task<ReviewBody> UndoAsync(Guid id, ClaimsPrincipal user, RulingDesk desk, CancellationToken ct) =>
        ReviewBody.From(await desk.UndoAsync(id, user.ToActor(), ct), user.ToActor());

    private static async Task<IResult> ReverseAsync(Guid id, ReverseRequest request, ClaimsPrincipal user, RulingDesk desk, CancellationToken ct)
    {
        await desk.ReverseAsync(id, new ReviewWord(request.Decision, request.Label, request.Reason, request.Note), user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> GoldenAsync(Guid id, ClaimsPrincipal user, QualityDesk desk, CancellationToken ct)
    {
        await desk.MakeGoldenAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static VettingException Lost() => new(FailureCode.Conflict, "The lease of this item was lost; claim it again.");
}
