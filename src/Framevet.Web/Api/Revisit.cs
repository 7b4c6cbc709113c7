using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Api;

/// <summary>Marks what a GET answers with a tag of its content, and answers 304 to a client that has it already.</summary>
internal static class Revisit
{
    /// <summary>For JSON only: files have their own ways, and are not worth holding in memory.</summary>
    public static RouteGroupBuilder TagAnswers(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter(static async (invocation, next) =>
        {
            var result = await next(invocation);
            var http = invocation.HttpContext;
            if (!HttpMethods.IsGet(http.Request.Method) || result is null or IResult)
            {
                return result;
            }

            var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            var body = JsonSerializer.SerializeToUtf8Bytes(result, result.GetType(), options);
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"";
            http.Response.Headers.ETag = tag;
            http.Response.Headers.CacheControl = "private, no-cache";
            return Has(http.Request, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Bytes(body, "application/json; charset=utf-8");
        });
        return group;
    }

    private static bool Has(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(t => t == "*" || t == tag || t == $"W/{tag}");
}
