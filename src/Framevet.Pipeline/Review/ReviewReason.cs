using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;

namespace Framevet.Pipeline.Review;

/// <summary>Why somebody decided as they did: a short closed list, so that reports can count it; anything else goes into the note. Ids are an API.</summary>
public sealed record ReviewReason(string Id, string Title, Decision For)
{
    /// <summary>The reason that needs a note.</summary>
    public const string Note = "see-note";

    /// <summary>All reasons, the usual one of each decision first.</summary>
    public static ImmutableArray<ReviewReason> All { get; } =
    [
        new("false-alarm", "The machine was wrong", Decision.Allow),
        new("within-policy", "It is what it says, and allowed", Decision.Allow),
        new("context", "Art, news, medicine or teaching", Decision.Allow),
        new("against-policy", "It is what it says, and not allowed", Decision.Block),
        new("worse-than-flagged", "Something else that is not allowed", Decision.Block),
        new("unsure", "I cannot tell", Decision.Escalate),
        new("too-severe", "A lead must see this", Decision.Escalate),
        new("policy-gap", "The policy does not say", Decision.Escalate),
    ];

    /// <summary>Reasons that fit a decision; the last one, <see cref="Note"/>, fits every one.</summary>
    public static ImmutableArray<ReviewReason> Fitting(Decision decision) =>
        [.. All.Where(r => r.For == decision), new(Note, "Another reason, see the note", decision)];

    /// <summary>Title of a reason; the id itself when it is not listed.</summary>
    public static string TitleOf(string id) => id == Note ? "See the note" : All.FirstOrDefault(r => r.Id == id)?.Title ?? id;
}
