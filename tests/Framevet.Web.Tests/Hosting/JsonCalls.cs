using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Framevet.Pipeline;

namespace Framevet.Web.Tests.Hosting;

/// <summary>Calls to the API with its own JSON settings.</summary>
internal static class JsonCalls
{
    public static async Task<T> GetJsonAsync<T>(this HttpClient client, string path, CancellationToken ct)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), ct);
        return await answer.ReadAsync<T>(ct);
    }

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, object? body, CancellationToken ct) =>
        client.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(body, options: PipelineJson.Options), ct);

    public static async Task<T> PostJsonAsync<T>(this HttpClient client, string path, object? body, CancellationToken ct)
    {
        using var answer = await client.PostJsonAsync(path, body, ct);
        return await answer.ReadAsync<T>(ct);
    }

    /// <summary>The body of a good answer.</summary>
    public static async Task<T> ReadAsync<T>(this HttpResponseMessage answer, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{(int)answer.StatusCode} {answer.RequestMessage?.RequestUri}: {text}");
        return JsonSerializer.Deserialize<T>(text, PipelineJson.Options)!;
    }

    /// <summary>Checks status and type of problem details and returns their sentence.</summary>
    public static async Task<string> ShouldBeProblemAsync(this HttpResponseMessage answer, HttpStatusCode status, string type, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        using var json = JsonDocument.Parse(text);
        json.RootElement.GetProperty("type").GetString().ShouldBe($"urn:framevet:{type}");
        return json.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }
}
