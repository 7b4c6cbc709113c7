using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Review;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>The review queue. A claim gives a token; renewing, releasing and deciding need it.</summary>
internal static class ReviewApi
{
    private const int MaxTake = 200;

    public static void MapReview(this RouteGroupBuilder api)
    {
        var review = api.MapGroup("/review").WithTags("Review").RequireAuthorization(Policies.Review, Scopes.Review);
        review.MapGet("", ListAsync).WithName("ListReview").WithSummary("Items of the queue, oldest first");
        review.MapGet("/summary", SummaryAsync).WithName("ReviewSummary").WithSummary("Counts and the oldest waiting item");
        review.MapGet("/{id:guid}", GetAsync).WithName("GetReview").WithSummary("One item with its flagged frames and findings");
        review.MapPost("/claim-next", ClaimNextAsync).WithName("ClaimNextReview").WithSummary("Claim the oldest free item; 204 when there is none")
            .Produces<ReviewBody>().Produces(StatusCodes.Status204NoContent);
        review.MapPost("/{id:guid}/claim", ClaimAsync).WithName("ClaimReview").WithSummary("Claim one item; 409 names the holder and the expiry");
        review.MapPost("/{id:guid}/renew", RenewAsync).WithName("RenewReview").WithSummary("Extend the lease").Produces(StatusCodes.Status204NoContent);
        review.MapPost("/{id:guid}/release", ReleaseAsync).WithName("ReleaseReview").WithSummary("Give the item back").Produces(StatusCodes.Status204NoContent);
        review.MapPost("/{id:guid}/decide", DecideAsync).WithName("DecideReview").WithSummary("Allow, block or escalate the flagged frames").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<PageBody<ReviewListItem>> ListAsync(ClaimsPrincipal user, ReviewQuery query, CancellationToken ct,
        string[]? state = null, int skip = 0, int take = 50)
    {
        Paging.Check(skip, take, MaxTake);
        var actor = user.ToActor();
        var page = await query.PageAsync(QueryWords.Read<ReviewState>(state), skip, take, ct);
        return new PageBody<ReviewListItem>(
            [.. page.Rows.Select(r => new ReviewListItem(ReviewBody.From(r.Item, actor), r.SourceName, r.OwnerName, r.FrameCount))], page.Total, skip, take);
    }

    private static Task<ReviewSummary> SummaryAsync(ReviewQuery query, CancellationToken ct) => query.SummaryAsync(ct);

    private static async Task<ReviewDetailsBody> GetAsync(Guid id, ClaimsPrincipal user, ReviewQuery query, CancellationToken ct) =>
        ReviewDetailsBody.From(
            await query.GetAsync(id, ct) ?? throw new VettingException(FailureCode.NotFound, "There is no such review item."), user.ToActor());

    private static async Task<IResult> ClaimNextAsync(ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct, ClaimNextRequest? request = null)
    {
        var actor = user.ToActor();
        var item = await desk.ClaimNextAsync(actor, request?.Skip ?? [], ct);
        return item is null ? TypedResults.NoContent() : TypedResults.Ok(ReviewBody.From(item, actor));
    }

    private static async Task<ReviewBody> ClaimAsync(Guid id, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct) =>
        ReviewBody.From(await desk.ClaimAsync(id, user.ToActor(), ct), user.ToActor());

    private static async Task<IResult> RenewAsync(Guid id, TokenRequest request, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct) =>
        await desk.RenewAsync(id, request.Token, user.ToActor(), ct) ? TypedResults.NoContent() : throw Lost();

    private static async Task<IResult> ReleaseAsync(Guid id, TokenRequest request, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct) =>
        await desk.ReleaseAsync(id, request.Token, user.ToActor(), ct) ? TypedResults.NoContent() : throw Lost();

    private static async Task<IResult> DecideAsync(Guid id, DecideRequest request, ClaimsPrincipal user, ReviewDesk desk, CancellationToken ct)
    {
        await desk.DecideAsync(id, request.Token, request.Decision, request.Label, request.Note, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static VettingException Lost() => new(FailureCode.Conflict, "The lease of this item was lost; claim it again.");
}
