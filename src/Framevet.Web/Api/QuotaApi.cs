using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>What accounts may bring in and what they use.</summary>
internal static class QuotaApi
{
    public static void MapQuota(this RouteGroupBuilder api)
    {
        api.MapGet("/quota", OwnAsync).WithTags("Quotas").RequireAuthorization(Policies.Submit, Scopes.RunsRead).WithName("GetQuota").WithSummary("Your limits and what you use");
        api.MapGet("/users/{id}/quota", GetAsync).WithTags("Quotas").RequireAuthorization(Policies.Administer, Scopes.SettingsRead).WithName("GetUserQuota").WithSummary("Limits of an account and what it uses");
        api.MapPut("/users/{id}/quota", SetAsync).WithTags("Quotas").RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("SetUserQuota").WithSummary("Set limits of an account beside those of its roles")
            .Produces<QuotaBody>();
    }

    private static Task<QuotaBody> OwnAsync(ClaimsPrincipal user, QuotaDesk desk, CancellationToken ct) => StandingAsync(user.ToActor().Id, desk, ct);

    private static Task<QuotaBody> GetAsync(string id, QuotaDesk desk, CancellationToken ct) => StandingAsync(id, desk, ct);

    private static async Task<QuotaBody> SetAsync(string id, Quota quota, ClaimsPrincipal user, QuotaDesk desk, CancellationToken ct)
    {
        await desk.SetAsync(id, quota, user.ToActor(), ct);
        return await StandingAsync(id, desk, ct);
    }

    private static async Task<QuotaBody> StandingAsync(string id, QuotaDesk desk, CancellationToken ct) =>
        await desk.StandingAsync(id, ct) is { } standing ? new QuotaBody(standing.Limits, standing.Own, standing.Usage) : throw new VettingException(FailureCode.NotFound, "There is no such account.");
}

/// <summary>Limits that count (null = none), the account's own among them, and what is used.</summary>
public sealed record QuotaBody(Quota Limits, Quota? Own, QuotaUsage Usage);
