using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Queries;

/// <summary>One run: Run page, API.</summary>
public sealed class RunQuery
{
    /// <summary>The run with owner name, log tail, exports and open review items; null when there is none.</summary>
    public Task<RunDetails?> GetAsync(RunId id, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Log lines after <paramref name="afterId"/>, oldest first.</summary>
    public Task<ImmutableArray<RunLogLine>> LogAsync(RunId id, long afterId, int take, CancellationToken ct) => throw new NotImplementedException();
}

/// <summary>Everything the Run page shows beside frames.</summary>
public sealed record RunDetails(Run Run, string OwnerName, ImmutableArray<RunLogLine> Log, ImmutableArray<Export> Exports, ImmutableArray<Guid> OpenReviewItems);

/// <summary>A line of a run's log.</summary>
public sealed record RunLogLine(long Id, DateTimeOffset At, RunLogLevel Level, string Text);
