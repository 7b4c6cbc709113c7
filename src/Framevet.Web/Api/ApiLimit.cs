using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Api;

/// <summary>How often the API may be called (deployment).</summary>
public sealed record ApiLimitOptions
{
    /// <summary>Calls a minute of one user with the cookie.</summary>
    [Range(1, 10_000_000)]
    public int UserPerMinute { get; init; } = 3000;

    /// <summary>Calls a minute of one API key.</summary>
    [Range(1, 10_000_000)]
    public int KeyPerMinute { get; init; } = 3000;

    /// <summary>Calls a minute of one address, whoever calls.</summary>
    [Range(1, 10_000_000)]
    public int AddressPerMinute { get; init; } = 12000;
}

/// <summary>Bounds calls of the API by address and by who calls: a bucket that refills evenly, so that a short burst is fine.</summary>
internal static class ApiLimit
{
    /// <summary>Registers it, with what refused callers are told.</summary>
    public static void Register(RateLimiterOptions options)
    {
        options.GlobalLimiter = Create();
        GuestLimit.Register(options);
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = static (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            context.HttpContext.RequestServices.GetRequiredService<RefusedAccess>().Note(context.HttpContext, "too many calls");
            return ValueTask.CompletedTask;
        };
    }

    /// <summary>The limiter for all requests; other addresses than the API's pass.</summary>
    public static PartitionedRateLimiter<HttpContext> Create() => PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<HttpContext, string>(http => IsApi(http)
            ? Bucket($"address {http.Connection.RemoteIpAddress}", Options(http).AddressPerMinute)
            : RateLimitPartition.GetNoLimiter("")),
        PartitionedRateLimiter.Create<HttpContext, string>(http => IsApi(http) && http.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } user
            ? http.User.FindFirstValue(ActorClaims.KeyId) is { } key ? Bucket($"key {key}", Options(http).KeyPerMinute) : Bucket($"user {user}", Options(http).UserPerMinute)
            : RateLimitPartition.GetNoLimiter("")));

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments(WebPaths.Api);

    private static ApiLimitOptions Options(HttpContext http) => http.RequestServices.GetRequiredService<IOptions<FramevetOptions>>().Value.ApiLimits;

    private static RateLimitPartition<string> Bucket(string who, int perMinute) => RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = Math.Max(1, perMinute / 2),
        TokensPerPeriod = Math.Max(1, perMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / perMinute)),
    });
}
