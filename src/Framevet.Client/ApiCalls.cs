using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Framevet.Client;

/// <summary>Requests, and what comes back as a value or an exception.</summary>
internal sealed class ApiCalls(HttpClient http)
{
    /// <summary>camelCase; what a newer server says more is passed over.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static JsonContent Json(object body) => JsonContent.Create(body, options: Options);

    public async Task<T> GetAsync<T>(string path, CancellationToken ct) => (await GetChangedAsync<T>(path, null, ct).ConfigureAwait(false)).Value!;

    /// <summary>The value and its tag; no value when it still has the tag that is known.</summary>
    public async Task<(T? Value, string? Tag)> GetChangedAsync<T>(string path, string? knownTag, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (knownTag is not null)
        {
            request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(knownTag));
        }

        using var answer = await http.SendAsync(request, ct).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.NotModified)
        {
            return (default, knownTag);
        }

        await FramevetException.ThrowUnlessGoodAsync(answer, ct).ConfigureAwait(false);
        return (await ReadAsync<T>(answer, ct).ConfigureAwait(false), answer.Headers.ETag?.ToString());
    }

    public async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent body, CancellationToken ct, string? name = null)
    {
        using var answer = await SendAnyAsync(method, path, body, name, ct).ConfigureAwait(false);
        return await ReadAsync<T>(answer, ct).ConfigureAwait(false);
    }

    public async Task SendAsync(HttpMethod method, string path, HttpContent body, CancellationToken ct) => (await SendAnyAsync(method, path, body, null, ct).ConfigureAwait(false)).Dispose();

    public async Task<T?> SendOrNothingAsync<T>(HttpMethod method, string path, HttpContent body, CancellationToken ct) where T : class
    {
        using var answer = await SendAnyAsync(method, path, body, null, ct).ConfigureAwait(false);
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await ReadAsync<T>(answer, ct).ConfigureAwait(false);
    }

    /// <summary>An answer whose body is still to be read.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken ct)
    {
        var answer = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        await FramevetException.ThrowUnlessGoodAsync(answer, ct).ConfigureAwait(false);
        return answer;
    }

    private async Task<HttpResponseMessage> SendAnyAsync(HttpMethod method, string path, HttpContent body, string? name, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (name is not null)
        {
            request.Headers.Add("Idempotency-Key", name);
        }

        var answer = await http.SendAsync(request, ct).ConfigureAwait(false);
        await FramevetException.ThrowUnlessGoodAsync(answer, ct).ConfigureAwait(false);
        return answer;
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken ct) =>
        await answer.Content.ReadFromJsonAsync<T>(Options, ct).ConfigureAwait(false) ?? throw new FramevetException((int)answer.StatusCode, "", "The server's answer was empty", null);
}
