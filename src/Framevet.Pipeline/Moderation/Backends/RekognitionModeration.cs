using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>
/// Amazon Rekognition, DetectModerationLabels: one signed JSON call per picture. A hit on a label comes with the labels above it, so only the lowest of each branch counts. A label that
/// our tree does not know keeps its place under the parent that the service names, and people look. Throttling and passing failures are tried again with back-off. Thread-safe.
/// </summary>
[Part("aws-rekognition", "Amazon Rekognition", "Asks Amazon's moderation service; needs AWS credentials and is paid by the call.")]
public sealed class RekognitionModeration(IOptions<ModerationOptions> options, ModerationHttp http, AwsCredentialSource credentials, JpegCodec jpeg, TimeProvider time) : IModerationBackend
{
    private const string Target = "RekognitionService.DetectModerationLabels";

    // Codes that stand for "later"; the service sends some of them with status 400.
    private static readonly string[] Passing =
        ["ThrottlingException", "ProvisionedThroughputExceededException", "LimitExceededException", "InternalServerError", "ServiceUnavailable"];

    private readonly RekognitionOptions _options = options.Value.Rekognition;
    private readonly ServicePicture _picture = new(jpeg, new GridLimits());

    /// <inheritdoc/>
    public string Id => "aws-rekognition";

    /// <inheritdoc/>
    public ModerationTier Tier => ModerationTier.Precise;

    /// <inheritdoc/>
    public string ModelVersion => "7";

    /// <inheritdoc/>
    public decimal PricePerCall => _options.PricePerCall;

    /// <inheritdoc/>
    public string? WhyNotReady => _options.Enabled ? null : "Amazon Rekognition is not switched on (Moderation:Rekognition:Enabled).";

    /// <summary>The labels from the configured confidence on.</summary>
    /// <exception cref="VettingException">BackendUnavailable (refused, throttled to the end, unreadable answer), UnsupportedMedia when it is no JPEG.</exception>
    public async Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var body = JsonSerializer.SerializeToUtf8Bytes(new { Image = new { Bytes = Convert.ToBase64String(_picture.Fit(jpeg)) }, MinConfidence = _options.MinConfidence });
        for (var attempt = 1; ; attempt++)
        {
            var (status, answer, pause) = await SendAsync(body, ct).ConfigureAwait(false);
            if (status == HttpStatusCode.OK)
            {
                return Findings(answer);
            }

            var code = CodeOf(answer);
            if (attempt >= _options.MaxAttempts || !(BackOff.IsPassing(status) || Passing.Contains(code)))
            {
                throw new VettingException(FailureCode.BackendUnavailable, $"Amazon Rekognition answered {(int)status} {code}".TrimEnd() + ".");
            }

            await BackOff.PauseAsync(attempt, pause, time, ct).ConfigureAwait(false);
        }
    }

    private async Task<(HttpStatusCode Status, string Answer, TimeSpan? Pause)> SendAsync(byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", Target);
        var keys = await credentials(ct).ConfigureAwait(false);
        AwsSignature.Sign(request, body, keys, _options.Region, "rekognition", time.GetUtcNow());
        try
        {
            using var answer = await http.Client.SendAsync(request, ct).ConfigureAwait(false);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false), answer.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException trouble)
        {
            // No answer at all may pass as well as a busy server.
            return (HttpStatusCode.ServiceUnavailable, $$"""{"__type":"{{trouble.HttpRequestError}}"}""", null);
        }
    }

    private ImmutableArray<Finding> Findings(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var version = json.RootElement.TryGetProperty("ModerationModelVersion", out var v) && v.GetString() is { Length: > 0 } named ? named : ModelVersion;
            List<(string Name, string Parent, double Confidence)> seen =
            [
                .. json.RootElement.GetProperty("ModerationLabels").EnumerateArray().Select(l => (
                    l.GetProperty("Name").GetString() ?? throw new JsonException("A label without a name."),
                    l.TryGetProperty("ParentName", out var parent) ? parent.GetString() ?? "" : "",
                    l.GetProperty("Confidence").GetDouble() / 100)),
            ];
            return [.. seen.Where(l => seen.All(other => other.Parent != l.Name)).Select(l => new Finding(IdOf(l.Name, l.Parent, seen), l.Confidence, Id, version))];
        }
        catch (Exception trouble) when (trouble is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new VettingException(FailureCode.BackendUnavailable, "Amazon Rekognition gave an answer that cannot be read.", trouble.Message, trouble);
        }
    }

    // A new label is placed under its parent, which may be new as well.
    private static string IdOf(string name, string parent, List<(string Name, string Parent, double Confidence)> seen, int depth = 0)
    {
        if (LabelTree.FindForeign(name) is { } known)
        {
            return known.Id;
        }

        if (parent.Length == 0 || depth > 3)
        {
            return LabelTree.Slug(name) is { Length: > 0 } slug && LabelTree.Find(slug) is null ? slug : ModerationLabels.Unmapped;
        }

        return $"{IdOf(parent, seen.FirstOrDefault(l => l.Name == parent).Parent ?? "", seen, depth + 1)}/{LabelTree.Slug(name)}";
    }

    private static string CodeOf(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var type = json.RootElement.TryGetProperty("__type", out var named) ? named.GetString() ?? "" : "";
            return type[(type.LastIndexOf('#') + 1)..];
        }
        catch (Exception trouble) when (trouble is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}

/// <summary>What the operator decides about Amazon Rekognition. Credentials come from the usual AWS chain, never from here.</summary>
public sealed record RekognitionOptions
{
    /// <summary>Whether it may be asked at all: it costs money and pictures leave this server.</summary>
    public bool Enabled { get; init; }

    /// <summary>Region of the service.</summary>
    [Required, RegularExpression("^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    public string Region { get; init; } = "us-east-1";

    /// <summary>Address of the service; null = that of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Price of one call in US dollars.</summary>
    [Range(0, 100)]
    public decimal PricePerCall { get; init; } = 0.001m;

    /// <summary>Labels below this confidence (0..100) are not reported. It lies below every policy's lower bound by default: what is not reported counts as not seen.</summary>
    [Range(0, 100)]
    public double MinConfidence { get; init; } = 5;

    /// <summary>Tries of one call when the service is busy.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; init; } = 4;

    internal Uri Address => Endpoint ?? new Uri($"https://rekognition.{Region}.amazonaws.com/");
}
