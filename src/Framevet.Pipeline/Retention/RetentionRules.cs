using System.Collections.Immutable;
using System.Globalization;

namespace Framevet.Pipeline.Retention;

/// <summary>What may be removed some day. Names are an API.</summary>
public enum RetentionKind
{
    /// <summary>The media file, once all of its runs are over.</summary>
    Source,
    /// <summary>Stills at full resolution that were made for looking; they are made again when wanted.</summary>
    Stills,
    /// <summary>Thumbnails of frames that were never in doubt, per run.</summary>
    Thumbnails,
    /// <summary>Files of exports; their rows stay.</summary>
    Exports,
    /// <summary>Thumbnails of frames that were blocked or in doubt at some time, per run: what decisions rest on.</summary>
    Evidence,
    /// <summary>The lines of a run's log.</summary>
    RunLog,
    /// <summary>Uploads that were never finished.</summary>
    PartialUploads,
}

/// <summary>How much of one kind stays; null = no limit. The newest stay.</summary>
/// <param name="MaxDays">Days after the end of the run (of an export: after it was made, of an upload: after its last bytes).</param>
/// <param name="MaxCount">Most of them.</param>
/// <param name="MaxMegabytes">Most MiB of them together.</param>
public sealed record RetentionLimit(int? MaxDays = null, int? MaxCount = null, int? MaxMegabytes = null)
{
    /// <summary>Whether anything is ever removed.</summary>
    public bool IsNone() => this is { MaxDays: null, MaxCount: null, MaxMegabytes: null };
}

/// <summary>Limits by kind; an admin's choice, part of the settings. Without any, everything stays.</summary>
public sealed record RetentionRules
{
    /// <summary>Limits of the kinds that have any.</summary>
    public ImmutableSortedDictionary<RetentionKind, RetentionLimit> Limits { get; init; } = ImmutableSortedDictionary<RetentionKind, RetentionLimit>.Empty;

    /// <summary>The limit of a kind.</summary>
    public RetentionLimit Of(RetentionKind kind) => Limits.GetValueOrDefault(kind) ?? new RetentionLimit();

    /// <summary>With another limit for a kind.</summary>
    public RetentionRules With(RetentionKind kind, RetentionLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        return this with { Limits = limit.IsNone() ? Limits.Remove(kind) : Limits.SetItem(kind, limit) };
    }

    /// <summary>Every fault as a sentence.</summary>
    public IEnumerable<string> Faults() =>
        from limit in Limits
        from value in new[] { limit.Value.MaxDays, limit.Value.MaxCount, limit.Value.MaxMegabytes }
        where value is < 0 or > 10_000_000
        select string.Create(CultureInfo.InvariantCulture, $"How much of {limit.Key} stays must be empty or 0 to 10000000.");

    /// <inheritdoc/>
    public bool Equals(RetentionRules? other) => other is not null && Limits.SequenceEqual(other.Limits);

    /// <inheritdoc/>
    public override int GetHashCode() => Limits.Aggregate(0, (sum, limit) => HashCode.Combine(sum, limit.Key, limit.Value));
}
