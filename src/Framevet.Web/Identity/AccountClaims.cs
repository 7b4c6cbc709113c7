using System.Security.Claims;
using Framevet.Data.Tables;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>Claims of an account, with a mark for those who have to set up a second step first.</summary>
internal sealed class AccountClaims(UserManager<FramevetUser> users, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> identity, IOptions<FramevetOptions> options)
    : UserClaimsPrincipalFactory<FramevetUser, IdentityRole>(users, roles, identity)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(FramevetUser user)
    {
        var claims = await base.GenerateClaimsAsync(user);
        if (!user.TwoFactorEnabled && options.Value.SignIn.TwoStepRoles.Any(role => claims.HasClaim(claims.RoleClaimType, role)))
        {
            claims.AddClaim(new Claim(ActorClaims.MustEnrol, "1"));
        }

        return claims;
    }
}

/// <summary>Who has to set up a second step reaches the page for it, and nothing else. A company's sign-in has steps of its own.</summary>
internal static class EnrolFirst
{
    private static readonly PathString[] Open = [WebPaths.TwoStep, WebPaths.TwoStepOn, WebPaths.Logout];

    public static IApplicationBuilder UseEnrolFirst(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        if (!IsOwed(http.User) || Open.Any(path => http.Request.Path.StartsWithSegments(path)) || http.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAllowAnonymous>() is not null)
        {
            return next(http);
        }

        if (ProgramPaths.Includes(http.Request.Path))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
        else
        {
            http.Response.Redirect(WebPaths.TwoStep);
        }

        return Task.CompletedTask;
    });

    /// <summary>Whether the second step is still to be set up.</summary>
    public static bool IsOwed(ClaimsPrincipal user) => user.HasClaim(c => c.Type == ActorClaims.MustEnrol) && user.FindFirstValue(ActorClaims.Method) != SignInMethods.Company;
}
