using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Api;

/// <summary>How much people without an account may ask (deployment).</summary>
public sealed record GuestOptions
{
    /// <summary>Pages and pictures a minute of one address.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerMinute { get; init; } = 1200;

    /// <summary>Passwords a minute of one address.</summary>
    [Range(1, 10_000)]
    public int PasswordsPerMinute { get; init; } = 10;
}

/// <summary>Bounds what guests ask, by address.</summary>
internal static class GuestLimit
{
    /// <summary>Policy of pages, pictures and picks.</summary>
    public const string Requests = "guests";

    /// <summary>Policy of passwords.</summary>
    public const string Passwords = "guest-passwords";

    public static void Register(RateLimiterOptions options)
    {
        options.AddPolicy(Requests, http => Window(http, Requests, Options(http).RequestsPerMinute));
        options.AddPolicy(Passwords, http => Window(http, Passwords, Options(http).PasswordsPerMinute));
    }

    private static GuestOptions Options(HttpContext http) => http.RequestServices.GetRequiredService<IOptions<FramevetOptions>>().Value.Guests;

    private static RateLimitPartition<string> Window(HttpContext http, string policy, int perMinute) => RateLimitPartition.GetSlidingWindowLimiter(
        $"{policy} {http.Connection.RemoteIpAddress}", _ => new SlidingWindowRateLimiterOptions { PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6 });
}
