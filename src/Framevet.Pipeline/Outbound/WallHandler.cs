using System.Net;

namespace Framevet.Pipeline.Outbound;

/// <summary>
/// Checks each request and each redirect of it before anything is resolved, follows redirects of safe methods itself, and bounds the answer. A redirect from
/// https to http is refused; credentials stay with the origin that they were meant for.
/// </summary>
internal sealed class WallHandler(OutboundWall wall, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var limits = request.Limits();
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limits.MaxTime);
        HttpResponseMessage? response = null;
        try
        {
            response = await FollowAsync(request, limits, deadline.Token).ConfigureAwait(false);
            await BoundAsync(response, limits, deadline).ConfigureAwait(false);
            return response;
        }
        catch (Exception e)
        {
            response?.Dispose();
            deadline.Dispose();
            throw Plain(e, request, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(HttpRequestMessage request, OutboundLimits limits, CancellationToken ct)
    {
        var most = limits.MaxRedirects ?? wall.Options.MaxRedirects;
        for (var hops = 0; ; hops++)
        {
            var from = request.RequestUri!;
            wall.CheckUrl(from);
            var response = await base.SendAsync(request, ct).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location || most == 0)
            {
                return response;
            }

            response.Dispose();
            if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            {
                throw new VettingException(FailureCode.SourceRefused, $"{from.IdnHost} redirects a request that must not be redirected.");
            }

            if (hops >= most)
            {
                throw new VettingException(FailureCode.SourceRefused, $"{from.IdnHost} redirects more than {most} times.");
            }

            request = Next(request, from, new Uri(from, location));
        }
    }

    private static HttpRequestMessage Next(HttpRequestMessage request, Uri from, Uri to)
    {
        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp)
        {
            throw new VettingException(FailureCode.SourceRefused, $"{from.IdnHost} redirects from https to http.");
        }

        var next = new HttpRequestMessage(request.Method, to) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var (name, values) in request.Headers)
        {
            var isSecret = name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase) && (!isSecret || IsSameOrigin(from, to)))
            {
                next.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return next;
    }

    private static bool IsSameOrigin(Uri one, Uri other) => Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task BoundAsync(HttpResponseMessage response, OutboundLimits limits, CancellationTokenSource deadline)
    {
        var host = response.RequestMessage!.RequestUri!.IdnHost;
        var type = response.Content.Headers.ContentType?.MediaType ?? "application/octet-stream";
        if (response.IsSuccessStatusCode && !limits.Takes(type))
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{host} sends {type}, which is not taken here.");
        }

        if (response.Content.Headers.ContentLength > limits.MaxBytes)
        {
            throw LimitedStream.TooLarge(host, limits.MaxBytes);
        }

        var body = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        var bounded = new StreamContent(new LimitedStream(body, host, limits.MaxBytes, TimeSpan.FromSeconds(wall.Options.StallSeconds), deadline));
        foreach (var (name, values) in response.Content.Headers)
        {
            bounded.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = bounded;
    }

    // What the wall says arrives wrapped by the transport; callers get the wall's own sentence.
    private static Exception Plain(Exception e, HttpRequestMessage request, CancellationToken ct)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is VettingException vetting)
            {
                return vetting;
            }
        }

        return e switch
        {
            OperationCanceledException when ct.IsCancellationRequested => e,
            OperationCanceledException => new VettingException(FailureCode.SourceUnavailable, $"{request.RequestUri!.IdnHost} took too long.", null, e),
            HttpRequestException or IOException => new VettingException(FailureCode.SourceUnavailable, $"{request.RequestUri!.IdnHost} did not answer properly.", e.Message, e),
            _ => e,
        };
    }
}
