namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>
/// The one HTTP client of moderation services: pooled connections, no redirects (a picture goes where the operator said and nowhere else), no cookies. Time limits come from the caller's
/// token. Thread-safe.
/// </summary>
public sealed class ModerationHttp : IDisposable
{
    /// <summary>No answer of such a service is longer.</summary>
    private const int MaxAnswerBytes = 4 << 20;

    /// <summary>The client.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
