using System.Text.Json;

namespace Framevet.Client;

/// <summary>Trouble that the server told as problem details. <see cref="Type"/> is stable (<c>urn:framevet:…</c>), <see cref="Detail"/> is a sentence for people.</summary>
public class FramevetException(int status, string type, string title, string? detail) : Exception(detail ?? title)
{
    /// <summary>HTTP status; 0 when it came otherwise.</summary>
    public int Status { get; } = status;

    /// <summary>Stable name of the kind of trouble.</summary>
    public string Type { get; } = type;

    /// <summary>The kind in words.</summary>
    public string Title { get; } = title;

    /// <summary>What happened, in a sentence.</summary>
    public string? Detail { get; } = detail;

    /// <summary>How long to wait before trying again, where the server said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal static async Task ThrowUnlessGoodAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        var body = await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        var problem = Read(body, (int)answer.StatusCode);
        var wait = answer.Headers.RetryAfter?.Delta;
        answer.Dispose();
        throw Of((int)answer.StatusCode, problem, wait);
    }

    private static FramevetException Of(int status, (string Type, string Title, string? Detail) p, TimeSpan? wait) => status switch
    {
        401 => new SignInRequiredException(p.Type, p.Title, p.Detail),
        403 => new NotAllowedException(p.Type, p.Title, p.Detail),
        404 => new MissingException(p.Type, p.Title, p.Detail),
        409 => new ConflictException(p.Type, p.Title, p.Detail),
        413 => new TooLargeException(p.Type, p.Title, p.Detail),
        400 or 415 or 422 => new RefusedException(status, p.Type, p.Title, p.Detail),
        429 => new TooManyRequestsException(p.Type, p.Title, p.Detail) { RetryAfter = wait },
        507 => new OutOfSpaceException(p.Type, p.Title, p.Detail),
        _ => new FramevetException(status, p.Type, p.Title, p.Detail) { RetryAfter = wait },
    };

    private static (string Type, string Title, string? Detail) Read(string body, int status)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return (Text(json, "type") ?? "", Text(json, "title") ?? $"Status {status}", Text(json, "detail"));
        }
        catch (JsonException)
        {
            // Something between here and the server answered.
            return ("", $"Status {status}", null);
        }
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The key is unknown, revoked or expired.</summary>
public sealed class SignInRequiredException(string type, string title, string? detail) : FramevetException(401, type, title, detail);

/// <summary>The key's scopes or its user's rights do not reach so far.</summary>
public sealed class NotAllowedException(string type, string title, string? detail) : FramevetException(403, type, title, detail);

/// <summary>There is no such thing, or not for this key.</summary>
public sealed class MissingException(string type, string title, string? detail) : FramevetException(404, type, title, detail);

/// <summary>It does not fit what is there by now.</summary>
public sealed class ConflictException(string type, string title, string? detail) : FramevetException(409, type, title, detail);

/// <summary>The file is larger than the server takes.</summary>
public sealed class TooLargeException(string type, string title, string? detail) : FramevetException(413, type, title, detail);

/// <summary>The request, the file or the link is not taken.</summary>
public sealed class RefusedException(int status, string type, string title, string? detail) : FramevetException(status, type, title, detail);

/// <summary>Too many calls; see <see cref="FramevetException.RetryAfter"/>.</summary>
public sealed class TooManyRequestsException(string type, string title, string? detail) : FramevetException(429, type, title, detail);

/// <summary>The server's disk is full.</summary>
public sealed class OutOfSpaceException(string type, string title, string? detail) : FramevetException(507, type, title, detail);
