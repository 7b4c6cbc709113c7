using Framevet.Data;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
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
        var protection = services.AddDataProtection().SetApplicationName("Framevet");
        if (options.KeySecret is { } secret)
        {
            services.AddSingleton(sp => new ServerKeys(sp.GetRequiredService<ServerKeyStore>(), secret, folder.Keys));
            services.AddOptions<KeyManagementOptions>().Configure<ServerKeys>((o, keys) => o.XmlRepository = keys);
        }
        else
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(folder.Keys));
        }

        var authentication = services.AddAuthentication(o => o.DefaultScheme = CookieOrKey);
        authentication
            .AddPolicyScheme(CookieOrKey, null, o => o.ForwardDefaultSelector = http => ApiKeyScheme.IsUsed(http) ? ApiKeyScheme.Name : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyScheme>(ApiKeyScheme.Name, null)
            .AddIdentityCookies(c =>
            {
                c.ApplicationCookie!.Configure(cookie => Configure(cookie, options.SignIn));
                c.TwoFactorUserIdCookie!.Configure(cookie => ConfigureStep(cookie, "framevet-step"));
                c.ExternalCookie!.Configure(cookie => ConfigureStep(cookie, "framevet-company"));
            });
        CompanySignIn.Register(authentication, options.Oidc);
        services.AddIdentityCore<FramevetUser>(Configure)
            .AddRoles<IdentityRole>()
            .AddEntityFrameworkStores<FramevetDb>()
            .AddUserStore<SealedUserStore>()
            .AddClaimsPrincipalFactory<AccountClaims>()
            .AddSignInManager()
            .AddDefaultTokenProviders()
            .AddTokenProvider<AuthenticatorCodes>(TokenOptions.DefaultAuthenticatorProvider);
        services.RemoveAll<IPasswordValidator<FramevetUser>>();
        services.AddScoped<IPasswordValidator<FramevetUser>, PasswordRules>();
        services.AddScoped<IUserConfirmation<FramevetUser>, ActiveAccounts>();
        services.Configure<SecurityStampValidatorOptions>(o =>
        {
            o.ValidationInterval = TimeSpan.FromSeconds(30);
            o.OnRefreshingPrincipal = SessionSignIn.KeepAsync;
        });
        services.Configure<DataProtectionTokenProviderOptions>(o => o.TokenLifespan = TimeSpan.FromDays(3));
        services.AddAuthorization(Policies.Register);
        services.AddSingleton<RefusedAccess>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler>(sp => sp.GetRequiredService<RefusedAccess>());
        services.AddRateLimiter(Api.ApiLimit.Register);
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
        services.AddScoped<SessionSignIn>();
        services.AddScoped<TwoStepDesk>();
        services.AddScoped<CompanySignIn>();
        services.AddSingleton<SessionDesk>();
        services.AddSingleton<SignInLock>();
        services.AddSingleton<SignInRate>();
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddSingleton<BreachedList>();
        services.AddSingleton<ShownOnce>();
        services.AddScoped<FirstRun>();
        services.AddSingleton<UserDesk>();
        services.AddSingleton<ApiKeyDesk>();
        services.AddSingleton<CurrentRights>();
        services.AddSingleton<FindActor>(sp => sp.GetRequiredService<CurrentRights>().FindAsync);
        services.AddSingleton<ICookieJar, SealedCookies>();
        services.AddSingleton<ISecretSeal, KeySeal>();
        return services;
    }

    private static void Configure(IdentityOptions identity)
    {
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
        cookie.Events.OnValidatePrincipal = SessionSignIn.ValidateAsync;

        // Programs want a status, only people want a page.
        cookie.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden);
    }

    /// <summary>Cookies between two steps of one sign-in.</summary>
    private static void ConfigureStep(CookieAuthenticationOptions cookie, string name)
    {
        cookie.Cookie.Name = name;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromMinutes(10);
        cookie.SlidingExpiration = false;
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
