using System.Net;

namespace Framevet.Pipeline.Outbound;

/// <summary>
/// The one HTTP client for addresses that users, files or settings name: behind the wall, without cookies, proxies of the environment or unpacking of bodies.
/// Requests carry <see cref="OutboundLimits"/>; failures are <see cref="VettingException"/>: SourceRefused, SourceTooLarge, UnsupportedMedia (type),
/// SourceUnavailable. Thread-safe, one for the whole process.
/// </summary>
public sealed class OutboundDoor : IDisposable
{
    /// <summary>Opens the door.</summary>
    public OutboundDoor(OutboundWall wall)
    {
        ArgumentNullException.ThrowIfNull(wall);
        Handler = new WallHandler(wall, new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = 64,
            ConnectTimeout = TimeSpan.FromSeconds(wall.Options.ConnectSeconds),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = async (context, ct) => await wall.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct).ConfigureAwait(false),
        });
        Client = new HttpClient(Handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd("Framevet/1.0");
    }

    /// <summary>For clients with a base address or headers of their own; do not dispose it (<c>new HttpClient(door.Handler, disposeHandler: false)</c>).</summary>
    public HttpMessageHandler Handler { get; }

    /// <summary>The shared client; its time limit is the request's own.</summary>
    public HttpClient Client { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Client.Dispose();
        Handler.Dispose();
    }
}
