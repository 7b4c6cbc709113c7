using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>The moderation policy: versions, difference, rollback.</summary>
internal static class PolicyApi
{
    public static void MapPolicy(this RouteGroupBuilder api)
    {
        var policy = api.MapGroup("/policy").WithTags("Policy");
        policy.MapGet("", GetAsync).RequireAuthorization(Policies.Review, Scopes.SettingsRead).WithName("GetPolicy").WithSummary("The policy that counts for runs submitted from now on");
        policy.MapGet("/labels", () => LabelTree.All).RequireAuthorization(Policies.SignedIn, Scopes.SettingsRead).WithName("GetLabels").WithSummary("The tree of all labels");
        policy.MapGet("/versions", VersionsAsync).RequireAuthorization(Policies.Review, Scopes.SettingsRead).WithName("ListPolicyVersions").WithSummary("Versions, newest first");
        policy.MapPut("", PutAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("PutPolicy").WithSummary("Save a new version; 409 when somebody else saved meanwhile");
        policy.MapTrial();
        policy.MapPost("/diff", DiffAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsRead).WithName("DiffPolicy").WithSummary("What a policy would change, and its faults");
        policy.MapPost("/versions/{number:int}/rollback", RollbackAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite)
            .WithName("RollbackPolicy").WithSummary("Make an earlier version count again, as a new version");
    }

    private static Task<PolicyVersion> GetAsync(PolicyDesk desk, CancellationToken ct) => desk.CurrentAsync(ct);

    private static Task<ImmutableArray<PolicyVersion>> VersionsAsync(PolicyDesk desk, CancellationToken ct, int take = 50) => desk.VersionsAsync(take, ct);

    private static Task<PolicyVersion> PutAsync(PolicyRequest request, ClaimsPrincipal user, PolicyDesk desk, CancellationToken ct) =>
        desk.SaveAsync(request.Document ?? throw new VettingException(FailureCode.InvalidRequest, "There is no policy in the request."), request.BasedOn, request.Note, user.ToActor(), ct);

    private static async Task<PolicyDiffBody> DiffAsync(PolicyDocument document, PolicyDesk desk, CancellationToken ct)
    {
        var current = await desk.CurrentAsync(ct);
        var faults = PolicyDesk.Check(document);
        return new PolicyDiffBody(current.Number, faults.IsEmpty ? PolicyChange.Between(current.Document, document) : [], faults);
    }

    private static Task<PolicyVersion> RollbackAsync(int number, RollbackRequest request, ClaimsPrincipal user, PolicyDesk desk, CancellationToken ct) =>
        desk.RollbackAsync(number, request.BasedOn, user.ToActor(), ct);
}

/// <summary>A policy to save; <paramref name="BasedOn"/>: the version that it was made from.</summary>
public sealed record PolicyRequest(PolicyDocument? Document, int BasedOn, string Note = "");

/// <summary>The newest version that the caller knows.</summary>
public sealed record RollbackRequest(int BasedOn);

/// <summary>What would change against version <paramref name="Against"/>; a policy with faults cannot be saved, and its changes are not told.</summary>
public sealed record PolicyDiffBody(int Against, ImmutableArray<PolicyChange> Changes, ImmutableArray<string> Faults);
