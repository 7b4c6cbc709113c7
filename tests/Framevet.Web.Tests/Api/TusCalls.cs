using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Tests.Api;

/// <summary>Requests of the tus protocol, as a client makes them.</summary>
internal static class TusCalls
{
    public static string Metadata(params (string Key, string Value)[] pairs) =>
        string.Join(',', pairs.Select(p => $"{p.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(p.Value))}"));

    /// <summary>Sends any request of the protocol; headers with a null value are left out.</summary>
    public static async Task<HttpResponseMessage> TusAsync(this HttpClient client, string method, string address, (string Name, string? Value)[] headers, HttpContent? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = body };
        if (headers.All(h => h.Name != "Tus-Resumable"))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
        }

        foreach (var (name, value) in headers.Where(h => h.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    /// <summary>Creates an upload; its address.</summary>
    public static async Task<string> CreateUploadAsync(this HttpClient client, string name, long? length, CancellationToken ct, params (string, string?)[] more)
    {
        using var answer = await client.TusAsync("POST", WebPaths.Uploads,
            [("Upload-Length", length?.ToString(CultureInfo.InvariantCulture)), ("Upload-Defer-Length", length is null ? "1" : null), ("Upload-Metadata", more.Any(m => m.Item1 == "Upload-Metadata") ? null : Metadata(("filename", name))), .. more], null, ct);
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(ct));
        return answer.Headers.Location!.ToString();
    }

    public static Task<HttpResponseMessage> PatchAsync(this HttpClient client, string address, long offset, HttpContent body, CancellationToken ct, params (string, string?)[] more) =>
        client.TusAsync("PATCH", address, [("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)), .. more], body, ct);

    public static HttpContent Piece(ReadOnlySpan<byte> bytes)
    {
        var content = new ByteArrayContent(bytes.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return content;
    }

    /// <summary>How far the server has it.</summary>
    public static async Task<(long Offset, RunId? Run)> StandAsync(this HttpClient client, string address, CancellationToken ct)
    {
        using var answer = await client.TusAsync("HEAD", address, [], null, ct);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{answer.StatusCode}");
        return (Number(answer, "Upload-Offset"), RunOf(answer));
    }

    public static string? Header(this HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    public static long Number(HttpResponseMessage answer, string name) => long.Parse(answer.Header(name)!, CultureInfo.InvariantCulture);

    public static RunId? RunOf(HttpResponseMessage answer) => RunId.TryParse(answer.Header("Upload-Run"), out var id) ? id : null;
}
