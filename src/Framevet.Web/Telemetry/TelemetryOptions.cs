using System.ComponentModel.DataAnnotations;

namespace Framevet.Web.Telemetry;

/// <summary>What this server tells those who watch over it (deployment); section <c>Telemetry</c>.</summary>
public sealed record TelemetryOptions : IValidatableObject
{
    /// <summary>Section in the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>Who reads <c>/metrics</c>.</summary>
    public MetricsAccess Metrics { get; init; } = MetricsAccess.Loopback;

    /// <summary>The token for <see cref="MetricsAccess.Token"/>, at least 16 characters; a reader sends <c>Authorization: Bearer …</c>.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>Where traces go (OTLP over HTTP), e.g. <c>http://127.0.0.1:4318</c>; null = nowhere.</summary>
    [Url]
    public string? OtlpEndpoint { get; init; }

    /// <summary>Whether log lines are JSON, with the run's id where they belong to one.</summary>
    public bool JsonLogs { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Metrics == MetricsAccess.Token && MetricsToken is not { Length: >= 16 })
        {
            yield return new ValidationResult("A token of at least 16 characters is needed.", [nameof(MetricsToken)]);
        }
    }
}

/// <summary>Who reads the metrics.</summary>
public enum MetricsAccess
{
    /// <summary>Nobody: there is no such address.</summary>
    Off,
    /// <summary>Programs on this machine that come without a proxy.</summary>
    Loopback,
    /// <summary>Whoever has the token.</summary>
    Token,
}
