using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>
/// Any service that takes a picture and answers with labels; how it wants the picture and what its labels mean stands in the configuration. A label that the configuration does not
/// mention becomes <c>unmapped</c>, which always goes to people. Thread-safe.
/// </summary>
[Part("http", "Moderation service over HTTP", "Asks a service of your own over HTTP; its address and labels stand in the server's configuration.")]
public sealed class HttpModeration(IOptions<ModerationOptions> options, ModerationHttp http, JpegCodec jpeg, TimeProvider time) : IModerationBackend
{
    private readonly HttpModerationOptions _options = options.Value.Http;
    private readonly ServicePicture _picture = new(jpeg, new GridLimits(options.Value.Http.MaxBytes, 1, options.Value.Http.MaxSide));

    /// <inheritdoc/>
    public string Id => "http";

    /// <inheritdoc/>
    public ModerationTier Tier => ModerationTier.Precise;

    /// <inheritdoc/>
    public string ModelVersion => _options.ModelVersion;

    /// <inheritdoc/>
    public decimal PricePerCall => _options.PricePerCall;

    /// <inheritdoc/>
    public string? WhyNotReady => _options.Endpoint is null ? "no address is set (Moderation:Http:Endpoint)." : null;

    /// <summary>The labels that the service names, in our words.</summary>
    /// <exception cref="VettingException">BackendUnavailable (refused, busy to the end, unreadable answer), UnsupportedMedia when it is no JPEG.</exception>
    public async Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var picture = _picture.Fit(jpeg);
        for (var attempt = 1; ; attempt++)
        {
            var (status, answer, pause) = await SendAsync(picture, ct).ConfigureAwait(false);
            if ((int)status is >= 200 and < 300)
            {
                return Findings(answer);
            }

            if (attempt >= _options.MaxAttempts || !BackOff.IsPassing(status))
            {
                throw new VettingException(FailureCode.BackendUnavailable, $"The moderation service answered {(int)status}.");
            }

            await BackOff.PauseAsync(attempt, pause, time, ct).ConfigureAwait(false);
        }
    }

    private async Task<(HttpStatusCode Status, string Answer, TimeSpan? Pause)> SendAsync(byte[] picture, CancellationToken ct)
    {
        var address = _options.Endpoint ?? throw new VettingException(FailureCode.BackendUnavailable, "The moderation service has no address.");
        using var content = Body(picture);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (_options.ApiKey is { Length: > 0 } key)
        {
            request.Headers.TryAddWithoutValidation(_options.ApiKeyHeader, key);
        }

        try
        {
            using var answer = await http.Client.SendAsync(request, ct).ConfigureAwait(false);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(ct).ConfigureAwait(false), answer.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException)
        {
            return (HttpStatusCode.ServiceUnavailable, "", null);
        }
    }

    private HttpContent Body(byte[] picture)
    {
        var bytes = new ByteArrayContent(picture);
        bytes.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        return _options.Send switch
        {
            PictureEncoding.Multipart => new MultipartFormDataContent { { bytes, _options.Field, "frame.jpg" } },
            PictureEncoding.JsonBase64 => JsonContent.Create(new Dictionary<string, string> { [_options.Field] = Convert.ToBase64String(picture) }),
            _ => bytes,
        };
    }

    private ImmutableArray<Finding> Findings(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var labels = _options.LabelsPath.Split('.', StringSplitOptions.RemoveEmptyEntries).Aggregate(json.RootElement, (at, name) => at.GetProperty(name));
            return labels.ValueKind switch
            {
                JsonValueKind.Array => [.. labels.EnumerateArray().Select(l => Finding(l.GetProperty(_options.NameField).GetString() ?? "", l.GetProperty(_options.ConfidenceField).GetDouble()))],
                JsonValueKind.Object => [.. labels.EnumerateObject().Select(l => Finding(l.Name, l.Value.GetDouble()))],
                _ => throw new JsonException("The labels are neither a list nor an object."),
            };
        }
        catch (Exception trouble) when (trouble is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new VettingException(FailureCode.BackendUnavailable, "The moderation service gave an answer that cannot be read.", trouble.Message, trouble);
        }
    }

    private Finding Finding(string name, double confidence) =>
        new(_options.Labels.GetValueOrDefault(name, ModerationLabels.Unmapped), confidence / _options.ConfidenceScale, Id, ModelVersion);
}

/// <summary>How a service wants the picture.</summary>
public enum PictureEncoding
{
    /// <summary>The bytes of the JPEG as the body.</summary>
    Bytes,
    /// <summary>A form with the JPEG as a file in <see cref="HttpModerationOptions.Field"/>.</summary>
    Multipart,
    /// <summary>A JSON object with the JPEG in base 64 as <see cref="HttpModerationOptions.Field"/>.</summary>
    JsonBase64,
}

/// <summary>What the operator says about the service.</summary>
public sealed record HttpModerationOptions
{
    /// <summary>Where pictures are posted; null = there is no such service.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How the picture travels.</summary>
    public PictureEncoding Send { get; init; } = PictureEncoding.Multipart;

    /// <summary>Name of the form or JSON field.</summary>
    [Required]
    public string Field { get; init; } = "image";

    /// <summary>Header for <see cref="ApiKey"/>.</summary>
    [Required]
    public string ApiKeyHeader { get; init; } = "Authorization";

    /// <summary>Secret for the service, with its scheme if it wants one; from the environment rather than a file.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Where in the answer the labels stand, names joined by dots; a list of objects, or an object of numbers by label.</summary>
    public string LabelsPath { get; init; } = "labels";

    /// <summary>Field of a label's name, where they are a list.</summary>
    [Required]
    public string NameField { get; init; } = "name";

    /// <summary>Field of a label's confidence, where they are a list.</summary>
    [Required]
    public string ConfidenceField { get; init; } = "confidence";

    /// <summary>What the service calls certain: 1, or 100 for percent.</summary>
    [Range(0.001, 100_000)]
    public double ConfidenceScale { get; init; } = 1;

    /// <summary>Our label for each of the service's; <c>clean</c> for those that mean nothing bad. What is not here goes to people.</summary>
    public Dictionary<string, string> Labels { get; init; } = [];

    /// <summary>Version of its model, stored with every verdict.</summary>
    [Required]
    public string ModelVersion { get; init; } = "1";

    /// <summary>Price of one call in US dollars.</summary>
    [Range(0, 100)]
    public decimal PricePerCall { get; init; }

    /// <summary>Largest picture in bytes.</summary>
    [Range(10_000, 100_000_000)]
    public int MaxBytes { get; init; } = 5_242_880;

    /// <summary>Longest side in pixels.</summary>
    [Range(64, 65_500)]
    public int MaxSide { get; init; } = 10_000;

    /// <summary>Tries of one call when the service is busy.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; init; } = 3;
}
