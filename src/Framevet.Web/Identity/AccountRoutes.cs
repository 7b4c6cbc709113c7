using Framevet.Data.Tables;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace Framevet.Web.Identity;

/// <summary>
/// The forms of sign-in, set-up, invite and password: plain posts with antiforgery token, answered by a redirect. Pages of the same address
/// would also take posts, hence the order.
/// </summary>
internal static class AccountRoutes
{
    private const int BeforePages = -1;

    public static void MapAccount(this IEndpointRouteBuilder app)
    {
        var forms = app.MapGroup("").ExcludeFromDescription();
        forms.MapPost(WebPaths.Login, LoginAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithOrder(BeforePages);
        forms.MapPost(WebPaths.SetupPost, SetupAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithOrder(BeforePages);
        forms.MapPost(WebPaths.InvitePost, InviteAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Policy).WithOrder(BeforePages);
        forms.MapPost(WebPaths.Logout, LogoutAsync).RequireAuthorization(Policies.SignedIn).WithOrder(BeforePages);
        forms.MapPost(WebPaths.Password, PasswordAsync).RequireAuthorization(Policies.SignedIn).RequireRateLimiting(SignInLimit.Policy).WithOrder(BeforePages);
    }

    private static async Task<IResult> LoginAsync([FromForm] string? name, [FromForm] string? password, [FromForm] string? returnUrl, SignInDesk desk) =>
        await desk.SignInAsync(name ?? "", password ?? "")
            ? TypedResults.LocalRedirect(LocalOr(returnUrl, "/"))
            : TypedResults.LocalRedirect($"{WebPaths.Login}?error=credentials{(returnUrl is { Length: > 0 } ? $"&returnUrl={Uri.EscapeDataString(returnUrl)}" : "")}");

    private static async Task<IResult> LogoutAsync(SignInManager<FramevetUser> signIn)
    {
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect(WebPaths.Login);
    }

    private static async Task<IResult> SetupAsync([FromForm] string? token, [FromForm] string? name, [FromForm] string? password, FirstRun firstRun, CancellationToken ct) =>
        await firstRun.SetUpAsync(token ?? "", name ?? "", password ?? "", ct) is { } fault
            ? TypedResults.LocalRedirect($"{WebPaths.Setup}?token={Uri.EscapeDataString(token ?? "")}&error={Uri.EscapeDataString(fault)}")
            : TypedResults.LocalRedirect("/");

    private static async Task<IResult> InviteAsync([FromForm] string? user, [FromForm] string? token, [FromForm] string? password, SignInDesk desk, CancellationToken ct) =>
        await desk.AcceptInviteAsync(user ?? "", token ?? "", password ?? "", ct) is { } fault
            ? TypedResults.LocalRedirect($"{WebPaths.Invite}?user={Uri.EscapeDataString(user ?? "")}&token={Uri.EscapeDataString(token ?? "")}&error={Uri.EscapeDataString(fault)}")
            : TypedResults.LocalRedirect("/");

    private static async Task<IResult> PasswordAsync([FromForm] string? current, [FromForm] string? password, HttpContext http, SignInDesk desk, CancellationToken ct) =>
        await desk.ChangePasswordAsync(http.User, current ?? "", password ?? "", ct) is { } fault
            ? TypedResults.LocalRedirect($"{WebPaths.Password}?error={Uri.EscapeDataString(fault)}")
            : TypedResults.LocalRedirect($"{WebPaths.Password}?done=1");

    /// <summary>Only addresses of this server: a link must not send people elsewhere after they signed in.</summary>
    internal static string LocalOr(string? url, string fallback) =>
        url is ['/'] or ['/', not ('/' or '\\'), ..] && !url.Any(char.IsControl) ? url : fallback;
}
