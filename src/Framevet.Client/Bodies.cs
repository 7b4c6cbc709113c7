using System.Globalization;

namespace Framevet.Client;

/// <summary>How to vet: recipe by name or as JSON (neither = the server's default), priority as the server allows it, higher first.</summary>
public sealed record SubmitChoice(string? Recipe = null, string? RecipeJson = null, int? Priority = null)
{
    internal string? PriorityText => Priority?.ToString(CultureInfo.InvariantCulture);

    internal IEnumerable<(string Name, string Value)> Fields() =>
        new[] { ("recipe", Recipe), ("recipeJson", RecipeJson), ("priority", PriorityText) }.Where(f => f.Item2 is not null).Select(f => (f.Item1, f.Item2!));
}

/// <summary>One page of a list and the number of all rows that match.</summary>
public sealed record ApiPage<T>(IReadOnlyList<T> Items, int Total, int Skip, int Take);

/// <summary>States of a run. Newer servers may know more.</summary>
public static class RunStates
{
    /// <summary>All is done.</summary>
    public const string Done = "done";

    /// <summary>It failed; the reason says why.</summary>
    public const string Failed = "failed";

    /// <summary>Somebody cancelled it.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>People must look.</summary>
    public const string AwaitingReview = "awaitingReview";
}

/// <summary>A run. <paramref name="Failure"/>: code of what went wrong; <paramref name="Revision"/> rises with every change.</summary>
public sealed record RunFacts(string Id, string SourceName, string Sha256, long Bytes, string State, string Reason, string? Failure, int Attempt,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, long Revision)
{
    /// <summary>Whether nothing more happens by itself.</summary>
    public bool IsOver => State is RunStates.Done or RunStates.Failed or RunStates.Cancelled;
}

/// <summary>A run in a list.</summary>
public sealed record RunRow(string Id, string SourceName, string OwnerName, string Recipe, string State, string Reason, DateTimeOffset CreatedAt, double? DurationSeconds);

/// <summary>What became a run, and what did not and why.</summary>
public sealed record SubmitAnswer(IReadOnlyList<SubmittedFile> Runs, IReadOnlyList<RefusedFile> Refused);

/// <summary>A file that became a run.</summary>
public sealed record SubmittedFile(string Id, string SourceName, string State);

/// <summary>A file that did not.</summary>
public sealed record RefusedFile(string SourceName, string Type, string Detail);

/// <summary>A link. <paramref name="RunId"/> is there when it is done; a playlist has none, its entries name it as <paramref name="ParentId"/>.</summary>
public sealed record LinkFacts(Guid Id, Guid? ParentId, string Link, string? Title, string State, string Reason, double? Share, string? RunId);

/// <summary>A frame. <paramref name="Pts"/> is its identity; seconds are for display. Scores that do not apply are not there.</summary>
public sealed record FrameFacts(long Pts, double Seconds, int Index, string State, bool IsAllowed, string? LossReason, int? Rank, double? Quality, IReadOnlyDictionary<string, float> Scores);

/// <summary>Which frames. A score's range is <c>min..max</c>, either end may be null; sort: <c>pts</c>, <c>rank</c> or a score's id, <c>-</c> in front for descending.</summary>
public sealed record FrameQuery(IReadOnlyCollection<string>? States = null, IReadOnlyDictionary<string, (double? Min, double? Max)>? Scores = null, string Sort = "pts", int Skip = 0, int Take = 100)
{
    internal string Text() => string.Join('&', new[] { $"sort={Uri.EscapeDataString(Sort)}", $"skip={Skip}", $"take={Take}" }
        .Concat((States ?? []).Select(s => $"state={Uri.EscapeDataString(s)}"))
        .Concat((Scores ?? new Dictionary<string, (double?, double?)>()).Select(s => $"score={Uri.EscapeDataString($"{s.Key}:{End(s.Value.Min)}..{End(s.Value.Max)}")}")));

    private static string End(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>A review item; <paramref name="Token"/> is the lease of whoever claimed it.</summary>
public sealed record ReviewFacts(Guid Id, string RunId, string State, bool IsEscalated, IReadOnlyList<long> Frames, string? TopLabel, double? TopConfidence, string Queue, DateTimeOffset? ClaimExpiresAt, long? Token);

/// <summary>A word: <c>allow</c>, <c>block</c> or <c>escalate</c>, with label and reason, which the server wants.</summary>
public sealed record ReviewVerdict(string Decision, string? Label, string? Reason, string? Note = null);

/// <summary>An export. <paramref name="File"/>: where the finished file is; null until then.</summary>
public sealed record ExportFacts(Guid Id, string RunId, string State, int Frames, string? FileName, long? Bytes, string? Sha256, string? Error, string? File);
