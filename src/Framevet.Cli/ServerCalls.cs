using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Framevet.Pipeline;

namespace Framevet.Cli;

/// <summary>Calls to a server's API with a key: as thin as can be. What goes wrong is a <see cref="VettingException"/> with the server's own sentence.</summary>
internal sealed partial class ServerCalls : IDisposable
{
    private const string DefaultAddress = "http://localhost:5080";

    /// <summary>Where the server is.</summary>
    public static readonly Option<string?> Server = new("--server") { HelpName = "ADDRESS", Description = $"Address of the server; else the environment variable FRAMEVET_URL, else {DefaultAddress}." };

    /// <summary>The API key.</summary>
    public static readonly Option<string?> Key = new("--key") { HelpName = "KEY", Description = "API key; better the environment variable FRAMEVET_KEY, which others on this machine do not see." };

    private readonly HttpClient _client;

    private ServerCalls(Uri address, string key)
    {
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15) }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The server of a command line.</summary>
    /// <exception cref="VettingException">InvalidRequest: no key, or no address.</exception>
    public static ServerCalls Of(ParseResult parsed)
    {
        var address = parsed.GetValue(Server) ?? Environment.GetEnvironmentVariable("FRAMEVET_URL") ?? DefaultAddress;
        var key = parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("FRAMEVET_KEY");
        return string.IsNullOrWhiteSpace(key)
            ? throw new VettingException(FailureCode.InvalidRequest, "An API key is needed: make one on the page 'API keys' and set FRAMEVET_KEY, or give --key.")
            : Uri.TryCreate(address.EndsWith('/') ? address : address + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? new ServerCalls(uri, key)
                : throw new VettingException(FailureCode.InvalidRequest, $"'{address}' is no address of a server.");
    }

    /// <summary>Reads.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    /// <summary>Sends JSON; an answer without a body is an undefined element.</summary>
    public Task<JsonElement> PostAsync(string path, object? body, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent.Create(body, body.GetType(), options: PipelineJson.Options), ct);

    /// <summary>Sends anything.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var answer = await AskAsync(method, path, body, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Writes a file of the server to disk, through a temporary name.</summary>
    public async Task DownloadAsync(string path, string file, CancellationToken ct)
    {
        using var answer = await AskAsync(HttpMethod.Get, path.TrimStart('/'), null, ct);
        var half = file + ".part";
        try
        {
            await using (var target = new FileStream(half, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await answer.Content.CopyToAsync(target, ct);
            }

            File.Move(half, file, overwrite: true);
        }
        finally
        {
            File.Delete(half);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("api/", StringComparison.Ordinal) ? path : $"api/v1/{path}") { Content = body };
        HttpResponseMessage answer;
        try
        {
            answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new VettingException(FailureCode.BackendUnavailable, $"{_client.BaseAddress} does not answer: {e.Message}", null, e);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await TroubleAsync(answer, ct);
        }
    }

    private static async Task<VettingException> TroubleAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var sentence = $"The server answered {(int)answer.StatusCode}.";
        FailureCode? named = null;
        try
        {
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct)).RootElement;
            sentence = Text(problem, "detail") ?? Text(problem, "title") ?? sentence;
            named = Enum.TryParse<FailureCode>(Dash().Replace((Text(problem, "type") ?? "").Split(':')[^1], ""), ignoreCase: true, out var code) ? code : null;
        }
        catch (JsonException)
        {
            // No problem details: a proxy's page, perhaps.
        }

        return new VettingException(named ?? answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FailureCode.Forbidden,
            HttpStatusCode.NotFound => FailureCode.NotFound,
            >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => FailureCode.BackendUnavailable,
            _ => FailureCode.InvalidRequest,
        }, sentence);
    }

    private static string? Text(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex("-")]
    private static partial Regex Dash();
}
