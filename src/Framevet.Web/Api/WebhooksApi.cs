using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Addresses that are told about verdicts, decisions and waiting times, and what was sent to them.</summary>
internal static class WebhooksApi
{
    private const int MaxTake = 200;

    public static void MapWebhooks(this RouteGroupBuilder api)
    {
        var hooks = api.MapGroup("/webhooks").WithTags("Webhooks");
        hooks.MapGet("", ListAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsRead).WithName("ListWebhooks").WithSummary("All addresses");
        hooks.MapPost("", AddAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("AddWebhook").WithSummary("Add an address; the secret is in this answer only");
        hooks.MapPut("/{id:guid}", ChangeAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("ChangeWebhook").WithSummary("Switch on or off, or change what it gets").Produces(StatusCodes.Status204NoContent);
        hooks.MapDelete("/{id:guid}", RemoveAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("RemoveWebhook").WithSummary("Remove an address").Produces(StatusCodes.Status204NoContent);
        hooks.MapPost("/{id:guid}/test", TestAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("TestWebhook").WithSummary("Send something to see whether it works").Produces(StatusCodes.Status202Accepted);
        hooks.MapGet("/deliveries", DeliveriesAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsRead).WithName("ListDeliveries").WithSummary("Deliveries, newest first");
        hooks.MapPost("/deliveries/{id:long}/replay", ReplayAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("ReplayDelivery").WithSummary("Send again").Produces(StatusCodes.Status202Accepted);
    }

    private static async Task<ImmutableArray<WebhookBody>> ListAsync(ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct) =>
        [.. (await desk.TargetsAsync(user.ToActor(), ct)).Select(t => WebhookBody.From(t, null))];

    private static async Task<WebhookBody> AddAsync(WebhookRequest request, ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct)
    {
        var target = await desk.AddAsync(request.Name, request.Address, request.Kinds, user.ToActor(), ct);
        return WebhookBody.From(target, target.Secret);
    }

    private static async Task<IResult> ChangeAsync(Guid id, WebhookChange request, ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct)
    {
        await desk.ChangeAsync(id, request.Kinds, request.IsActive, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RemoveAsync(Guid id, ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct)
    {
        await desk.RemoveAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> TestAsync(Guid id, ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct)
    {
        await desk.TestAsync(id, user.ToActor(), ct);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<PageBody<WebhookDelivery>> DeliveriesAsync(ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct, Guid? webhook = null, string[]? state = null, int skip = 0, int take = 50)
    {
        Paging.Check(skip, take, MaxTake);
        var states = QueryWords.Read<WebhookState>(state);
        var (deliveries, total) = await desk.PageAsync(webhook, states is [var one] ? one : null, skip, take, user.ToActor(), ct);
        return new PageBody<WebhookDelivery>(deliveries, total, skip, take);
    }

    private static async Task<IResult> ReplayAsync(long id, ClaimsPrincipal user, WebhookDesk desk, CancellationToken ct)
    {
        await desk.ReplayAsync(id, user.ToActor(), ct);
        return TypedResults.Accepted((string?)null);
    }
}

/// <summary>An address to add.</summary>
public sealed record WebhookRequest(string Name, Uri Address, ImmutableArray<string> Kinds);

/// <summary>What may be changed later.</summary>
public sealed record WebhookChange(ImmutableArray<string> Kinds, bool IsActive);

/// <summary>An address; <paramref name="Secret"/> only in the answer to adding it.</summary>
public sealed record WebhookBody(Guid Id, string Name, Uri Address, ImmutableArray<string> Kinds, bool IsActive, string CreatedBy, DateTimeOffset CreatedAt, string? Secret)
{
    internal static WebhookBody From(WebhookTarget target, string? secret) => new(target.Id, target.Name, target.Address, target.Kinds, target.IsActive, target.CreatedBy, target.CreatedAt, secret);
}
