using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Moderation;

/// <summary>What the operator decides about moderation; section <c>Moderation</c>.</summary>
public sealed record ModerationOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Moderation";

    /// <summary>US dollars for paid calls from midnight to midnight UTC; null = no limit, 0 = none at all. At its end files go to people.</summary>
    [Range(0, 1_000_000)]
    public decimal? DayBudget { get; init; } = 10;

    /// <summary>Most paid calls for one file, whatever its recipe says.</summary>
    [Range(0, 1000)]
    public int MaxCallsPerFile { get; init; } = 20;

    /// <summary>Seconds for one call of one backend, repeated tries included.</summary>
    [Range(1, 600)]
    public double CallSeconds { get; init; } = 20;

    /// <summary>Whether a file in which the decoder reported damaged pictures goes to people even when everything that could be read is clear.</summary>
    public bool DamageGoesToPeople { get; init; } = true;

    /// <summary>
    /// Whether people's final words enter the banks, so that the same or nearly the same file needs nobody again. What is decided while this is off never enters; imported entries count
    /// either way.
    /// </summary>
    public bool ReuseDecisions { get; init; } = true;

    /// <summary>Amazon Rekognition.</summary>
    public Backends.RekognitionOptions Rekognition { get; init; } = new();

    /// <summary>Any other service that takes a picture and answers with labels.</summary>
    public Backends.HttpModerationOptions Http { get; init; } = new();
}
