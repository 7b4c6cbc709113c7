using Framevet.Data;
using Framevet.Data.Tables;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Framevet.Web.Identity;

/// <summary>Accounts, cookies, API keys and policies.</summary>
internal static class IdentityServices
{
    /// <summary>Chooses between the cookie and the API key, request by request.</summary>
    private const string CookieOrKey = "CookieOrKey";

    public static IServiceCollection AddFramevetIdentity(this IServiceCollection services, FramevetOptions options, DataFolder folder)
    {
        services.AddDataProtection().SetApplicationName("Framevet").PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        services.AddAuthentication(o => o.DefaultScheme = CookieOrKey)
            .AddPolicyScheme(CookieOrKey, null, o => o.ForwardDefaultSelector = http => ApiKeyScheme.IsUsed(http) ? ApiKeyScheme.Name : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyScheme>(ApiKeyScheme.Name, null)
            .AddIdentityCookies(c => c.ApplicationCookie!.Configure(cookie => Configure(cookie, options.SignIn)));
        services.AddIdentityCore<FramevetUser>(identity => Configure(identity, options.SignIn))
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<FramevetDb>()
            .AddSignInManager()
            .AddDefaultTokenProviders();
        services.RemoveAll<IPasswordValidator<FramevetUser>>();
        services.AddScoped<IPasswordValidator<FramevetUser>, PasswordRules>();
        services.AddScoped<IUserConfirmation<FramevetUser>, ActiveAccounts>();
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromSeconds(30));
        services.Configure<DataProtectionTokenProviderOptions>(o => o.TokenLifespan = TimeSpan.FromDays(3));
        services.AddAuthorization(Policies.Register);
        services.AddRateLimiter(SignInLimit.Register);
        services.AddAntiforgery(o =>
        {
            o.HeaderName = WebPaths.CsrfHeader;
            o.Cookie.Name = "framevet-csrf";
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, LiveAuthState>();
        services.AddScoped<CurrentActor>();
        services.AddScoped<SignInDesk>();
        services.AddScoped<FirstRun>();
        services.AddSingleton<UserDesk>();
        services.AddSingleton<ApiKeyDesk>();
        services.AddSingleton<CurrentRights>();
        services.AddSingleton<FindActor>(sp => sp.GetRequiredService<CurrentRights>().FindAsync);
        services.AddSingleton<ICookieJar, SealedCookies>();
        services.AddSingleton<ISecretSeal, KeySeal>();
        return services;
    }

    private static void Configure(IdentityOptions identity, SignInOptions options)
    {
        identity.Lockout.MaxFailedAccessAttempts = options.MaxFailures;
        identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(options.LockMinutes);
        identity.User.RequireUniqueEmail = false;
        identity.SignIn.RequireConfirmedAccount = true;
    }

    private static void Configure(CookieAuthenticationOptions cookie, SignInOptions options)
    {
        cookie.Cookie.Name = "framevet";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromDays(options.SessionDays);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = WebPaths.Login;
        cookie.LogoutPath = WebPaths.Logout;
        cookie.AccessDeniedPath = WebPaths.Denied;
        cookie.ReturnUrlParameter = "returnUrl";

        // Programs want a status, only people want a page.
        cookie.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
    }

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (IsForPrograms(context.Request.Path))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }

    private static bool IsForPrograms(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/hubs") || path.StartsWithSegments("/media") || path.StartsWithSegments("/openapi")
        || path.StartsWithSegments("/_blazor");
}
