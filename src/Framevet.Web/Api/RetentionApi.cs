using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Pipeline.Retention;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>How long things stay: rules, what they would remove, and what is protected from them. The rules themselves are part of the settings.</summary>
internal static class RetentionApi
{
    public static void MapRetention(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/retention").WithTags("Retention");
        group.MapGet("", PlanAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsRead).WithName("GetRetentionPlan").WithSummary("What the rules in force would remove now");
        group.MapPost("/plan", TryAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsRead).WithName("TryRetention").WithSummary("What other rules would remove now; nothing is removed");
        group.MapPost("/sweep", SweepAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("SweepRetention").WithSummary("Remove now what the rules in force remove; it also happens by itself");
        api.MapPut("/runs/{id}/keep", KeepAsync).WithTags("Retention").RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("KeepRun").WithSummary("Keep everything of a run, or no longer").Produces<RunBody>();
        api.MapPut("/runs/{id}/hold", HoldAsync).WithTags("Retention").RequireAuthorization(Policies.Administer, Scopes.RunsWrite).WithName("HoldRun").WithSummary("Put a legal hold on a run, or lift it").Produces<RunBody>();
    }

    private static async Task<ImmutableArray<RetentionBody>> PlanAsync(ClaimsPrincipal user, RetentionDesk desk, CancellationToken ct) =>
        [.. (await desk.PlanAsync(null, user.ToActor(), ct)).Select(RetentionBody.From)];

    private static async Task<ImmutableArray<RetentionBody>> TryAsync(RetentionRules rules, ClaimsPrincipal user, RetentionDesk desk, CancellationToken ct) =>
        [.. (await desk.PlanAsync(rules, user.ToActor(), ct)).Select(RetentionBody.From)];

    private static async Task<ImmutableArray<RemovedBody>> SweepAsync(ClaimsPrincipal user, RetentionDesk desk, CancellationToken ct) =>
        [.. (await desk.SweepAsync(user.ToActor(), ct)).Select(RemovedBody.From)];

    private static async Task<IResult> KeepAsync(string id, KeepRequest request, ClaimsPrincipal user, RunAccess access, RetentionDesk desk, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        await desk.KeepAsync(run.Id, request.Keep, user.ToActor(), ct);
        return TypedResults.Ok(RunBody.From(await access.RunAsync(id, user.ToActor(), ct)));
    }

    private static async Task<IResult> HoldAsync(string id, LegalHoldRequest request, ClaimsPrincipal user, RunAccess access, RetentionDesk desk, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        await desk.HoldAsync(run.Id, request.Hold, request.Note, user.ToActor(), ct);
        return TypedResults.Ok(RunBody.From(await access.RunAsync(id, user.ToActor(), ct)));
    }
}

/// <summary>Whether a run is kept.</summary>
public sealed record KeepRequest(bool Keep);

/// <summary>Whether a run is held, and why.</summary>
public sealed record LegalHoldRequest(bool Hold, string? Note = null);

/// <summary>What a rule would remove of one kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Limit">The rule.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Protected">How many of them stay whatever the rule says.</param>
/// <param name="Bytes">Size of what goes.</param>
/// <param name="Losses">What goes, oldest first.</param>
public sealed record RetentionBody(RetentionKind Kind, RetentionLimit Limit, int Total, int Protected, long Bytes, ImmutableArray<RemovedBody> Losses)
{
    internal static RetentionBody From(RetentionPlan plan) => new(plan.Kind, plan.Limit, plan.Total, plan.Protected, plan.Bytes, [.. plan.Losses.Select(RemovedBody.From)]);
}

/// <summary>A thing that goes or went. <paramref name="Key"/>: SHA-256 of a source, id of a run, export or upload.</summary>
public sealed record RemovedBody(RetentionKind Kind, string Key, DateTimeOffset At, long? Bytes, string Why)
{
    internal static RemovedBody From(RetentionLoss loss) => new(loss.Item.Kind, loss.Item.Key, loss.Item.At, loss.Item.Bytes, loss.Why);
}
