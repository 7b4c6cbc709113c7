using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Webhooks;

/// <summary>What the operator decides about webhooks; section <c>Webhooks</c>.</summary>
public sealed record WebhookOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Webhooks";

    /// <summary>Whether addresses on this very machine may be reached, also without TLS; for trying things out. Private networks never are.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Seconds for one attempt.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Seconds between two looks at what is due.</summary>
    [Range(1, 3600)]
    public int PollSeconds { get; init; } = 5;

    /// <summary>Most addresses.</summary>
    [Range(1, 1000)]
    public int MaxTargets { get; init; } = 50;
}
