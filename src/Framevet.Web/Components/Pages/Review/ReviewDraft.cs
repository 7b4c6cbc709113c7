using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>A word in the making.</summary>
public sealed record ReviewDraft(Decision? Decision = null, string? Label = null, string? Reason = null, string? Note = null)
{
    /// <summary>The label that counts: who allows without naming one says that nothing was wrong.</summary>
    public string? FinalLabel => Label ?? (Decision == Pipeline.Moderation.Decision.Allow ? ModerationLabels.Clean : null);

    /// <summary>What is still missing, as a sentence; null when it can be submitted. The server checks again.</summary>
    public string? Missing => Decision is null ? "Choose first: allow, deny or escalate."
        : FinalLabel is null ? "Choose a label: a decision says what was seen."
        : Decision == Pipeline.Moderation.Decision.Block && FinalLabel == ModerationLabels.Clean ? "A denial needs a label that says what is wrong."
        : Reason == ReviewReason.Note && string.IsNullOrWhiteSpace(Note) ? "The reason says 'see the note': write one."
        : null;

    /// <summary>Another decision, with its usual reason.</summary>
    public ReviewDraft Choose(Decision decision) => this with { Decision = decision, Reason = ReviewReason.Fitting(decision)[0].Id };

    /// <summary>The next fitting reason, round and round.</summary>
    public ReviewDraft NextReason()
    {
        if (Decision is not { } decision)
        {
            return this;
        }

        var fitting = ReviewReason.Fitting(decision).Select(r => r.Id).ToList();
        return this with { Reason = fitting[(fitting.IndexOf(Reason ?? "") + 1) % fitting.Count] };
    }

    /// <summary>As the desk takes it.</summary>
    public ReviewWord ToWord() => new(Decision!.Value, FinalLabel, Reason, string.IsNullOrWhiteSpace(Note) ? null : Note.Trim());

    /// <summary>What was found first, then "nothing objectionable", then the categories: the likely ones are under the keys 1 to 9.</summary>
    public static ImmutableArray<ModerationLabel> LabelsFor(ReviewDetails item)
    {
        var found = item.Frames.SelectMany(f => f.Findings).OrderByDescending(f => f.Confidence)
            .Select(f => ModerationLabels.Resolve(f.Label)).OfType<ModerationLabel>().Where(l => l.Id != ModerationLabels.Unmapped).Distinct();
        var others = ModerationLabels.All.Where(l => l.Id != ModerationLabels.Unmapped);
        return [.. found.Take(3).Concat(others.Where(l => !l.IsHarm)).Concat(others.Where(l => l.Parent is null)).Concat(others).Distinct()];
    }
}

/// <summary>A decision that can still be taken back.</summary>
public sealed record UndoOffer(Guid ItemId, string Name, Decision Decision, DateTimeOffset Until);
