using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Authorization;

namespace Framevet.Web.Identity;

/// <summary>
/// Names of the authorisation policies: one per right, for <c>[Authorize(Policies.Review)]</c> on pages, routes and hub methods.
/// What is not named anonymous needs <see cref="SignedIn"/> (the fallback policy).
/// </summary>
public static class Policies
{
    /// <summary>Any signed-in account.</summary>
    public const string SignedIn = "signed-in";

    /// <summary>Somebody who signed in with a browser; no API key.</summary>
    public const string Person = "person";

    /// <summary>Needs <see cref="Rights.Submit"/>.</summary>
    public const string Submit = "right:submit";

    /// <summary>Needs <see cref="Rights.SeeAllRuns"/>.</summary>
    public const string SeeAllRuns = "right:see-all-runs";

    /// <summary>Needs <see cref="Rights.Curate"/>.</summary>
    public const string Curate = "right:curate";

    /// <summary>Needs <see cref="Rights.Review"/>.</summary>
    public const string Review = "right:review";

    /// <summary>Needs <see cref="Rights.Lead"/>.</summary>
    public const string Lead = "right:lead";

    /// <summary>Needs <see cref="Rights.Administer"/>.</summary>
    public const string Administer = "right:administer";

    /// <summary>Needs <see cref="Rights.Audit"/>.</summary>
    public const string Audit = "right:audit";

    private static readonly (string Name, Rights Rights)[] ByRight =
    [
        (Submit, Rights.Submit), (SeeAllRuns, Rights.SeeAllRuns), (Curate, Rights.Curate), (Review, Rights.Review),
        (Lead, Rights.Lead), (Administer, Rights.Administer), (Audit, Rights.Audit),
    ];

    /// <summary>Registers all policies, one per right and one per scope, and the fallback.</summary>
    internal static void Register(AuthorizationOptions options)
    {
        var signedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
        options.AddPolicy(SignedIn, signedIn);
        options.AddPolicy(Person, p => p.RequireAuthenticatedUser().RequireAssertion(c => c.User.SessionId() is not null));
        options.DefaultPolicy = signedIn;
        options.FallbackPolicy = signedIn;
        foreach (var (name, rights) in ByRight)
        {
            options.AddPolicy(name, p => p.RequireAuthenticatedUser().RequireAssertion(c => c.User.ToActor().Has(rights)));
        }

        foreach (var scope in Scopes.All)
        {
            options.AddPolicy(scope, p => p.RequireAuthenticatedUser().RequireAssertion(c => c.User.HasScope(scope)));
        }
    }
}
