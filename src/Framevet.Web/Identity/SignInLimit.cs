using System.Threading.RateLimiting;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>How often an address may try to sign in.</summary>
internal static class SignInLimit
{
    /// <summary>Name of the rate limit policy.</summary>
    public const string Policy = "sign-in";

    public static void Register(RateLimiterOptions options)
    {
        options.GlobalLimiter = Api.ApiLimit.Create();
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.AddPolicy(Policy, http => RateLimitPartition.GetSlidingWindowLimiter(
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = http.RequestServices.GetRequiredService<IOptions<FramevetOptions>>().Value.SignIn.AttemptsPerMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
            }));
        Api.GuestLimit.Register(options);
        options.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = context.HttpContext.Request.Path.StartsWithSegments(WebPaths.Api) ? "1" : "60";
            if (context.HttpContext.Request.Path.Equals(WebPaths.Login, StringComparison.OrdinalIgnoreCase))
            {
                context.HttpContext.Response.Redirect($"{WebPaths.Login}?error=rate");
            }

            return ValueTask.CompletedTask;
        };
    }
}
