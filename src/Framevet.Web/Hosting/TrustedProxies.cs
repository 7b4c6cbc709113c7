using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Framevet.Web.Hosting;

/// <summary>Believes what a reverse proxy says of its callers only when the operator named it. Who can say who he is has no limits.</summary>
internal static class TrustedProxies
{
    /// <exception cref="ConfigurationException">Not an address or a range; or the framework was told to believe everybody.</exception>
    public static void UseTrustedProxies(this WebApplication app, FramevetOptions options)
    {
        // The framework's own switch would believe whoever calls.
        if (string.Equals(app.Configuration["ForwardedHeaders_Enabled"], "true", StringComparison.OrdinalIgnoreCase))
        {
            throw new ConfigurationException("ForwardedHeaders_Enabled believes everybody; name the proxies in Framevet:TrustedProxies instead.");
        }

        if (options.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders(Read(options.TrustedProxies));
        }
    }

    /// <exception cref="ConfigurationException">Not an address or a range.</exception>
    internal static ForwardedHeadersOptions Read(IReadOnlyList<string> proxies)
    {
        var headers = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost, ForwardLimit = null };
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var text in proxies)
        {
            if (IPAddress.TryParse(text, out var address))
            {
                headers.KnownProxies.Add(address);
            }
            else if (System.Net.IPNetwork.TryParse(text, out var network))
            {
                headers.KnownIPNetworks.Add(network);
            }
            else
            {
                throw new ConfigurationException($"Framevet:TrustedProxies: '{text}' is no address and no range such as 10.1.0.0/16.");
            }
        }

        return headers;
    }
}
