using System.Collections.Immutable;

namespace Framevet.Pipeline.Culling;

/// <summary>What somebody decided about a frame. Names are an API.</summary>
public enum MarkFlag
{
    /// <summary>Nothing yet.</summary>
    None,
    /// <summary>Wanted.</summary>
    Pick,
    /// <summary>Not wanted; never deleted.</summary>
    Reject,
}

/// <summary>
/// What people marked on a frame, named by its PTS: <paramref name="Stars"/> 0..5, <paramref name="Colour"/> 0 (none) or 1..4. <paramref name="By"/> and <paramref name="At"/>: who
/// touched it last, and when; <paramref name="Revision"/>: the number that the run's revision had then.
/// </summary>
public sealed record FrameMark(long Pts, int Stars, MarkFlag Flag, int Colour, ImmutableArray<string> Tags, string By, DateTimeOffset At, long Revision);

/// <summary>What is set on frames; null leaves it as it is.</summary>
public sealed record MarkSet
{
    /// <summary>Most stars.</summary>
    public const int MaxStars = 5;

    /// <summary>Colours are numbered from 1 to this; 0 is none.</summary>
    public const int MaxColour = 4;

    private const int MaxTags = 20;
    private const int MaxTagLength = 40;

    /// <summary>0..5.</summary>
    public int? Stars { get; init; }

    /// <summary>Picked, rejected or neither.</summary>
    public MarkFlag? Flag { get; init; }

    /// <summary>0 = none, 1..4.</summary>
    public int? Colour { get; init; }

    /// <summary>Tags that are put on.</summary>
    public ImmutableArray<string> AddTags { get; init; } = [];

    /// <summary>Tags that are taken off.</summary>
    public ImmutableArray<string> RemoveTags { get; init; } = [];

    /// <summary>Refuses values out of range and tags that cannot be stored; returns tags without blanks around them.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public MarkSet Checked()
    {
        if (Stars is < 0 or > MaxStars || Colour is < 0 or > MaxColour || (Flag is { } flag && !Enum.IsDefined(flag)))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"Stars are 0 to {MaxStars}, colours 0 to {MaxColour}, a flag is none, pick or reject.");
        }

        var set = this with { AddTags = Clean(AddTags), RemoveTags = Clean(RemoveTags) };
        return set is { Stars: null, Flag: null, Colour: null, AddTags.Length: 0, RemoveTags.Length: 0 }
            ? throw new VettingException(FailureCode.InvalidRequest, "Nothing is set: name stars, flag, colour or tags.")
            : set;
    }

    /// <summary>In words for the history: <c>3 stars, picked</c>.</summary>
    public string Words() => string.Join(", ", Parts());

    private static ImmutableArray<string> Clean(ImmutableArray<string> tags)
    {
        if (tags.IsDefaultOrEmpty)
        {
            return [];
        }

        var clean = tags.Select(t => t?.Trim() ?? "").Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return clean.Length > MaxTags || clean.Any(t => t.Length > MaxTagLength || t.Contains('|', StringComparison.Ordinal) || t.Any(char.IsControl))
            ? throw new VettingException(FailureCode.InvalidRequest, $"A tag has at most {MaxTagLength} characters and no bar (|); at most {MaxTags} at once.")
            : clean;
    }

    private IEnumerable<string> Parts()
    {
        if (Stars is { } stars)
        {
            yield return stars == 1 ? "1 star" : $"{stars} stars";
        }

        if (Flag is { } flag)
        {
            yield return flag switch { MarkFlag.Pick => "picked", MarkFlag.Reject => "rejected", _ => "no flag" };
        }

        if (Colour is { } colour)
        {
            yield return colour == 0 ? "no colour" : $"colour {colour}";
        }

        foreach (var tag in AddTags)
        {
            yield return $"tagged {tag}";
        }

        foreach (var tag in RemoveTags)
        {
            yield return $"tag {tag} off";
        }
    }
}
