using System.Collections.Immutable;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Queries;

/// <summary>Lists of runs: Runs page, Submit's "recent", API.</summary>
public sealed class RunsQuery
{
    /// <summary>One page of runs and the number of all that match.</summary>
    public Task<Page<RunRow>> PageAsync(RunsFilter filter, int skip, int take, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Runs by state, for tabs and tiles. <paramref name="ownerId"/> null = of all users.</summary>
    public Task<ImmutableSortedDictionary<RunState, int>> CountsAsync(string? ownerId, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>One page of rows and the number of all rows that match.</summary>
public sealed record Page<T>(ImmutableArray<T> Rows, int Total);

/// <summary>What to list. Null = any. Text matches name, owner or id prefix, case-insensitively. Newest first.</summary>
public sealed record RunsFilter(string? OwnerId = null, string? Text = null, ImmutableArray<RunState>? States = null);

/// <summary>A run in a list.</summary>
public sealed record RunRow(RunId Id, string SourceName, string OwnerId, string OwnerName, string RecipeName, RunState State, string Reason, FailureCode? Failure,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, double? DurationSeconds, Funnel Funnel, string? CoverThumbKey, bool CoverIsAllowed);
