using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Framevet.Pipeline.Sharing;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Links for guests: make, list, revoke, and what was picked with them.</summary>
internal static class SharesApi
{
    public static void MapShares(this RouteGroupBuilder api)
    {
        api.MapGet("/runs/{id}/shares", ListAsync).WithTags("Shares").RequireAuthorization(Policies.Submit, Scopes.Export).WithName("ListShares").WithSummary("Links for guests of a run, newest first");
        api.MapPost("/runs/{id}/shares", CreateAsync).WithTags("Shares").RequireAuthorization(Policies.Submit, Scopes.Export).WithName("CreateShare").WithSummary("Make a link for guests; its address is in this answer only")
            .Produces<NewShareBody>(StatusCodes.Status201Created);
        api.MapDelete("/shares/{id:guid}", RevokeAsync).WithTags("Shares").RequireAuthorization(Policies.Submit, Scopes.Export).WithName("RevokeShare").WithSummary("Close a link at once");
        api.MapGet("/shares/{id:guid}/picks", PicksAsync).WithTags("Shares").RequireAuthorization(Policies.Submit, Scopes.Export).WithName("ListGuestPicks").WithSummary("Frames that guests picked, the most picked first");
    }

    private static async Task<ImmutableArray<Share>> ListAsync(string id, ClaimsPrincipal user, RunAccess access, ShareDesk desk, CancellationToken ct)
    {
        var actor = user.ToActor();
        return await desk.ListAsync((await access.RunAsync(id, actor, ct)).Id, actor, ct);
    }

    private static async Task<IResult> CreateAsync(string id, ShareRequest request, ClaimsPrincipal user, RunAccess access, ShareDesk desk, CancellationToken ct)
    {
        var actor = user.ToActor();
        var made = await desk.CreateAsync((await access.RunAsync(id, actor, ct)).Id, request.Wish(), actor, ct);
        return TypedResults.Created($"{WebPaths.Api}/shares/{made.Share.Id:N}", new NewShareBody(made.Share, WebPaths.Guest(made.Token)));
    }

    private static Task<Share> RevokeAsync(Guid id, ClaimsPrincipal user, ShareDesk desk, CancellationToken ct) => desk.RevokeAsync(id, user.ToActor(), ct);

    private static Task<ImmutableArray<GuestPick>> PicksAsync(Guid id, ClaimsPrincipal user, ShareDesk desk, CancellationToken ct) => desk.PicksAsync(id, user.ToActor(), ct);
}

/// <summary>A new link. <paramref name="Path"/> is its address on this server; it is shown once.</summary>
public sealed record NewShareBody(Share Share, string Path);

/// <summary>What a new link is to be: <paramref name="Frames"/> picks or allowed; <paramref name="Days"/> 1..90; password of 8 characters or more, null = none; a watermark is written across every picture.</summary>
public sealed record ShareRequest([property: JsonRequired] string Title, SharedFrames Frames = SharedFrames.Picks, bool MayPick = false, int Days = 7, string? Password = null, string? Watermark = null)
{
    internal ShareWish Wish() => new(Title, Frames, MayPick, Days, Password, Watermark);
}
