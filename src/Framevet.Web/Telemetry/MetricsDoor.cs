using System.Net;
using System.Security.Cryptography;
using System.Text;
using Framevet.Pipeline;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Framevet.Web.Telemetry;

/// <summary>Stands before <c>/metrics</c>: lets in whom the options let in, to everybody else there is no such address; and counts before it is asked.</summary>
internal sealed class MetricsDoor(RequestDelegate next, IOptions<TelemetryOptions> options, ServerGauges gauges)
{
    /// <summary>The address.</summary>
    public const string Path = "/metrics";

    public async Task InvokeAsync(HttpContext http)
    {
        if (!MayRead(http, options.Value))
        {
            throw new VettingException(FailureCode.NotFound, "There is nothing here.");
        }

        await gauges.RefreshAsync(http.RequestAborted);
        await next(http);
    }

    /// <summary>Whether the caller may read.</summary>
    public static bool MayRead(HttpContext http, TelemetryOptions options) => options.Metrics switch
    {
        MetricsAccess.Token => HasToken(http, options.MetricsToken!),

        // Behind a proxy on the same machine everybody would come from loopback.
        MetricsAccess.Loopback => http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
            && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded"),
        _ => false,
    };

    private static bool HasToken(HttpContext http, string token) =>
        http.Request.Headers[HeaderNames.Authorization].ToString() is var sent && sent.StartsWith("Bearer ", StringComparison.Ordinal)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent[7..])), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
