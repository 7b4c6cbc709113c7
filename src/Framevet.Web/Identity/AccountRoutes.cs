using System.Security.Claims;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>
/// The forms of sign-in, set-up, invite, password and second step: plain posts with antiforgery token, answered by a redirect. Pages of the same address
/// would also take posts, hence the order.
/// </summary>
internal static class AccountRoutes
{
    private const int BeforePages = -1;

    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("").ExcludeFromDescription();
        forms.MapPost(WebPaths.Login, LoginAsync).AllowAnonymous().LimitSignIn(WebPaths.Login).WithOrder(BeforePages);
        forms.MapPost(WebPaths.Code, CodeAsync).AllowAnonymous().LimitSignIn(WebPaths.Code).WithOrder(BeforePages);
        forms.MapPost(WebPaths.SetupPost, SetupAsync).AllowAnonymous().LimitSignIn(WebPaths.Login).WithOrder(BeforePages);
        forms.MapPost(WebPaths.InvitePost, InviteAsync).AllowAnonymous().LimitSignIn(WebPaths.Login).WithOrder(BeforePages);
        forms.MapPost(WebPaths.Logout, LogoutAsync).RequireAuthorization(Policies.SignedIn).WithOrder(BeforePages);
        forms.MapPost(WebPaths.Password, PasswordAsync).RequireAuthorization(Policies.SignedIn).WithOrder(BeforePages);
        forms.MapPost(WebPaths.TwoStepOn, SwitchOnAsync).RequireAuthorization(Policies.SignedIn).WithOrder(BeforePages);
        forms.MapPost(WebPaths.TwoStepOff, SwitchOffAsync).RequireAuthorization(Policies.SignedIn).WithOrder(BeforePages);
        forms.MapPost(WebPaths.RecoveryCodes, NewCodesAsync).RequireAuthorization(Policies.SignedIn).WithOrder(BeforePages);
    }

    private static async Task<IResult> LoginAsync([FromForm] string? name, [FromForm] string? password, [FromForm] string? returnUrl, SignInDesk desk, HttpContext http)
    {
        var step = await desk.SignInAsync(name ?? "", password ?? "", http.RequestAborted);
        if (step == SignInStep.Refused)
        {
            return TypedResults.LocalRedirect($"{WebPaths.Login}?error=credentials{AndReturn(returnUrl)}");
        }

        await http.GiveTryBackAsync();
        return TypedResults.LocalRedirect(step == SignInStep.Done ? LocalOr(returnUrl, "/") : $"{WebPaths.Code}?{AndReturn(returnUrl).TrimStart('&')}".TrimEnd('?'));
    }

    private static async Task<IResult> CodeAsync([FromForm] string? code, [FromForm] string? returnUrl, SignInDesk desk, HttpContext http)
    {
        var step = await desk.FinishAsync(code ?? "", http.RequestAborted);
        if (step == SignInStep.Done)
        {
            await http.GiveTryBackAsync();
        }

        return TypedResults.LocalRedirect(step switch
        {
            SignInStep.Done => LocalOr(returnUrl, "/"),
            SignInStep.NeedsCode => $"{WebPaths.Code}?error=code{AndReturn(returnUrl)}",
            _ => $"{WebPaths.Login}?error=late{AndReturn(returnUrl)}",
        });
    }

    // No field is read, so the token is asked for by hand: the framework looks at it only where a form is bound.
    private static async Task<IResult> LogoutAsync([FromForm(Name = "x")] string? _, SessionSignIn session, HttpContext http, IOptions<FramevetOptions> options)
    {
        var isCompany = http.User.FindFirstValue(ActorClaims.Method) == SignInMethods.Company && options.Value.Oidc.IsOn;
        if (isCompany)
        {
            // The company's session ends too; its page sends the browser back.
            await http.SignOutAsync(CompanySignIn.Scheme, new AuthenticationProperties { RedirectUri = WebPaths.Login });
        }

        await session.EndAsync(http.RequestAborted);

        // Pictures and pages that this browser kept go with the session.
        http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return isCompany ? TypedResults.Empty : TypedResults.LocalRedirect(WebPaths.Login);
    }

    private static async Task<IResult> SetupAsync([FromForm] string? token, [FromForm] string? name, [FromForm] string? password, FirstRun firstRun, HttpContext http)
    {
        if (await firstRun.SetUpAsync(token ?? "", name ?? "", password ?? "", http.RequestAborted) is { } fault)
        {
            return TypedResults.LocalRedirect($"{WebPaths.Setup}?token={Uri.EscapeDataString(token ?? "")}&error={Uri.EscapeDataString(fault)}");
        }

        await http.GiveTryBackAsync();
        return TypedResults.LocalRedirect("/");
    }

    private static async Task<IResult> InviteAsync([FromForm] string? user, [FromForm] string? token, [FromForm] string? password, SignInDesk desk, HttpContext http)
    {
        if (await desk.AcceptInviteAsync(user ?? "", token ?? "", password ?? "", http.RequestAborted) is { } fault)
        {
            return TypedResults.LocalRedirect($"{WebPaths.Invite}?user={Uri.EscapeDataString(user ?? "")}&token={Uri.EscapeDataString(token ?? "")}&error={Uri.EscapeDataString(fault)}");
        }

        await http.GiveTryBackAsync();
        return TypedResults.LocalRedirect("/");
    }

    private static async Task<IResult> PasswordAsync([FromForm] string? current, [FromForm] string? password, HttpContext http, SignInDesk desk, CancellationToken ct) =>
        Back(WebPaths.Password, await desk.ChangePasswordAsync(http.User, current ?? "", password ?? "", ct));

    private static async Task<IResult> SwitchOnAsync([FromForm] string? current, [FromForm] string? code, HttpContext http, TwoStepDesk desk, CancellationToken ct) =>
        Back(WebPaths.TwoStep, await desk.SwitchOnAsync(http.User, current ?? "", code ?? "", ct));

    private static async Task<IResult> SwitchOffAsync([FromForm] string? current, [FromForm] string? code, HttpContext http, TwoStepDesk desk, CancellationToken ct) =>
        Back(WebPaths.TwoStep, await desk.SwitchOffAsync(http.User, current ?? "", code ?? "", ct));

    private static async Task<IResult> NewCodesAsync([FromForm] string? code, HttpContext http, TwoStepDesk desk, CancellationToken ct) =>
        Back(WebPaths.TwoStep, await desk.NewCodesAsync(http.User, code ?? "", ct));

    private static RedirectHttpResult Back(string page, string? fault) => TypedResults.LocalRedirect(fault is null ? $"{page}?done=1" : $"{page}?error={Uri.EscapeDataString(fault)}");

    private static string AndReturn(string? returnUrl) => returnUrl is { Length: > 0 } ? $"&returnUrl={Uri.EscapeDataString(returnUrl)}" : "";

    /// <summary>Only addresses of this server: a link must not send people elsewhere after they signed in.</summary>
    internal static string LocalOr(string? url, string fallback) =>
        url is ['/'] or ['/', not ('/' or '\\'), ..] && !url.Any(char.IsControl) ? url : fallback;
}
