using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>One's own account: what it is, where it is signed in, its keys. Only for people who signed in: a stolen key must not make others.</summary>
internal static class AccountApi
{
    public static void MapAccountApi(this RouteGroupBuilder api)
    {
        var account = api.MapGroup("/account").WithTags("Account").RequireAuthorization(Policies.Person);
        account.MapGet("", (ClaimsPrincipal user, UserDesk desk, CancellationToken ct) => desk.OwnAsync(user.ToActor(), ct)).WithName("GetAccount").WithSummary("Your account");
        account.MapGet("/sessions", SessionsAsync).WithName("ListSessions").WithSummary("Where you are signed in, last seen first");
        account.MapDelete("/sessions/{id:guid}", EndAsync).WithName("EndSession").WithSummary("Sign out there");
        account.MapDelete("/sessions", EndOthersAsync).WithName("EndOtherSessions").WithSummary("Sign out everywhere but here");
        account.MapGet("/keys", KeysAsync).WithName("ListKeys").WithSummary("Your API keys; secrets are not kept");
        account.MapPost("/keys", CreateKeyAsync).WithName("CreateKey").WithSummary("Make a key; its secret is in the answer and nowhere else");
        account.MapDelete("/keys/{id:guid}", RevokeKeyAsync).WithName("RevokeKey").WithSummary("Revoke a key for good");
    }

    private static async Task<SessionBody[]> SessionsAsync(ClaimsPrincipal user, SessionDesk desk, CancellationToken ct) =>
        [.. (await desk.OfAsync(user.ToActor(), ct)).Select(s => new SessionBody(s.Id, s.Device, s.Method, s.CreatedAt, s.LastSeenAt, s.Id == user.SessionId()))];

    private static async Task<IResult> EndAsync(Guid id, ClaimsPrincipal user, SessionDesk desk, CancellationToken ct)
    {
        await desk.EndAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> EndOthersAsync(ClaimsPrincipal user, SessionDesk desk, CancellationToken ct)
    {
        await desk.EndOthersAsync(user.SessionId()!.Value, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<ImmutableArray<ApiKeyRow>> KeysAsync(ClaimsPrincipal user, ApiKeysQuery query, CancellationToken ct) => await query.ForUserAsync(user.ToActor().Id, ct);

    private static async Task<NewApiKey> CreateKeyAsync(KeyRequest request, ClaimsPrincipal user, ApiKeyDesk desk, CancellationToken ct) =>
        await desk.CreateAsync(request.Name, [.. request.Scopes ?? []], request.ExpiresAt, user.ToActor(), ct);

    private static async Task<IResult> RevokeKeyAsync(Guid id, ClaimsPrincipal user, ApiKeyDesk desk, CancellationToken ct)
    {
        await desk.RevokeAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }
}

/// <summary>A signed-in browser; times in UTC.</summary>
public sealed record SessionBody(Guid Id, string Device, string Method, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool IsCurrent);

/// <summary>A key to make; no expiry = never.</summary>
public sealed record KeyRequest(string Name = "", string[]? Scopes = null, DateTimeOffset? ExpiresAt = null);
