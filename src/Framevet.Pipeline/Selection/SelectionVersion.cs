using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Selection;

/// <summary>
/// A selection of a run that somebody kept: the recipe with which stored scores were judged anew, and what came out. <paramref name="Number"/> counts from 1 within the run.
/// <paramref name="AppliedAt"/>: when it last became the run's selection; null = never.
/// </summary>
public sealed record SelectionVersion(RunId RunId, int Number, Recipe Recipe, string AuthorId, string AuthorName, string Note, DateTimeOffset CreatedAt, ImmutableArray<VersionPick> Picks, Funnel Funnel,
    DateTimeOffset? AppliedAt = null);

/// <summary>A picked frame of a version, by PTS in the media's time base.</summary>
public sealed record VersionPick(long Pts, int Rank, string Reason);

/// <summary>What a second selection has that the first has not, by PTS; of those in both only the ones that moved.</summary>
public sealed record SelectionChange(ImmutableArray<VersionPick> Gained, ImmutableArray<VersionPick> Lost, ImmutableArray<MovedPick> Moved, int Same)
{
    /// <summary>From one selection to another.</summary>
    public static SelectionChange Between(ImmutableArray<VersionPick> before, ImmutableArray<VersionPick> after)
    {
        var (old, now) = (before.ToDictionary(p => p.Pts), after.ToDictionary(p => p.Pts));
        ImmutableArray<MovedPick> both = [.. after.Where(p => old.ContainsKey(p.Pts)).Select(p => new MovedPick(p.Pts, old[p.Pts].Rank, p.Rank))];
        return new SelectionChange(
            [.. after.Where(p => !old.ContainsKey(p.Pts)).OrderBy(p => p.Rank)], [.. before.Where(p => !now.ContainsKey(p.Pts)).OrderBy(p => p.Rank)],
            [.. both.Where(m => m.From != m.To).OrderBy(m => m.To)], both.Count(m => m.From == m.To));
    }
}

/// <summary>A frame that both selections have, with its ranks.</summary>
public sealed record MovedPick(long Pts, int From, int To);

/// <summary>Kept selections in the store. Thread-safe.</summary>
public interface ISelectionStore
{
    /// <summary>Keeps a selection under the run's next number; returns it with that number.</summary>
    Task<SelectionVersion> AddAsync(SelectionVersion version, CancellationToken ct);

    /// <summary>Kept selections of a run, newest first.</summary>
    Task<ImmutableArray<SelectionVersion>> ListAsync(RunId run, CancellationToken ct);

    /// <summary>One of them, or null.</summary>
    Task<SelectionVersion?> GetAsync(RunId run, int number, CancellationToken ct);

    /// <summary>
    /// Makes a version the run's selection: scores, losses, ranks and funnel of the given frames in one transaction. A frame whose verdict changed meanwhile keeps its verdict and is no pick unless it allows that.
    /// Returns the run's revision.
    /// </summary>
    Task<long> ApplyAsync(SelectionVersion version, ImmutableArray<Candidate> changed, DateTimeOffset now, CancellationToken ct);
}
