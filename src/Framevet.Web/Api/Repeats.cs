using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>
/// A POST with the header <c>Idempotency-Key</c> is done once: the same key again gets the first answer, however often a client with a bad network sends it.
/// Keys belong to their user and live for a day. A request that failed gives its key free.
/// </summary>
internal static class Repeats
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>Marks an answer that was given before.</summary>
    public const string Replayed = "Idempotency-Replayed";

    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private const int MaxKey = 200;
    private const int MaxBody = 1 << 20;

    public static RouteGroupBuilder RememberKeys(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(static async (invocation, next) =>
        {
            var http = invocation.HttpContext;
            return HttpMethods.IsPost(http.Request.Method) && http.Request.Headers.TryGetValue(Header, out var key)
                ? await OnceAsync(http, key.ToString(), Bodies(invocation), () => next(invocation))
                : await next(invocation);
        });
        return group;
    }

    private static async Task<object?> OnceAsync(HttpContext http, string key, string bodies, Func<ValueTask<object?>> next)
    {
        if (key.Length is 0 or > MaxKey || !key.All(c => c is > ' ' and < (char)127))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{Header} must have 1 to {MaxKey} printable characters without blanks.");
        }

        var (store, owner, request) = (http.RequestServices.GetRequiredService<RepeatStore>(), http.User.ToActor().Id, Fingerprint(http.Request, bodies));
        if (await store.TakeAsync(owner, key, request, http.RequestAborted) is { } first)
        {
            return Again(http, first, request);
        }

        try
        {
            var answer = await AnswerAsync(http, await next(), request);
            if (answer.Status is >= 200 and < 300 && answer.Body.Length <= MaxBody)
            {
                await store.AnswerAsync(owner, key, answer, CancellationToken.None);
            }
            else
            {
                await store.ForgetAsync(owner, key, CancellationToken.None);
            }

            return Results.Empty;
        }
        catch
        {
            await store.ForgetAsync(owner, key, CancellationToken.None);
            throw;
        }
    }

    private static Stored Again(HttpContext http, RepeatedCall first, string request)
    {
        if (first.Request != request)
        {
            throw new VettingException(FailureCode.SourceRefused, $"This {Header} was used for another request already.");
        }

        if (first.Status is not { } status)
        {
            http.Response.Headers.RetryAfter = "1";
            throw new VettingException(FailureCode.Conflict, "The first request with this key is still being worked on.");
        }

        http.Response.Headers[Replayed] = "true";
        if (first.Location is { } location)
        {
            http.Response.Headers.Location = location;
        }

        return new Stored(status, first.ContentType, first.Body);
    }

    /// <summary>Writes the answer to the client and keeps a copy.</summary>
    private static async Task<RepeatedCall> AnswerAsync(HttpContext http, object? result, string request)
    {
        var client = http.Response.Body;
        using var copy = new MemoryStream();
        http.Response.Body = copy;
        try
        {
            await (result as IResult ?? TypedResults.Ok(result)).ExecuteAsync(http);
        }
        finally
        {
            http.Response.Body = client;
        }

        var body = copy.ToArray();
        await client.WriteAsync(body, http.RequestAborted);
        return new RepeatedCall(request, http.Response.StatusCode, http.Response.Headers.Location, http.Response.ContentType, body);
    }

    // A body of gigabytes is not read twice: what can be told beforehand must do.
    private static string Fingerprint(HttpRequest request, string bodies) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString} {request.ContentLength} {request.ContentType?.Split(';')[0]} {bodies}")));

    /// <summary>What the request brought as JSON, which is read by now: the records of this namespace among the route's arguments.</summary>
    private static string Bodies(EndpointFilterInvocationContext invocation) =>
        string.Join('\n', invocation.Arguments.OfType<object>().Where(a => a.GetType().Namespace == typeof(Repeats).Namespace && a.GetType().GetMethod("<Clone>$") is not null)
            .Select(a => JsonSerializer.Serialize(a, a.GetType(), PipelineJson.Options)));

    /// <summary>An answer as it was.</summary>
    private sealed class Stored(int status, string? type, byte[] body) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = type;
            await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
