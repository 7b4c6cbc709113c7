using System.Collections.Immutable;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Review;

/// <summary>Submitters contest a block; somebody who had no part in it decides. Thread-safe.</summary>
public sealed class AppealDesk(RunPorts ports)
{
    /// <summary>How the run's appeal stands: null when there was none.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task<ReviewItem?> FindAsync(RunId run, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustSee(await ports.Store.GetAsync(run, ct).ConfigureAwait(false), run);
        return (await ports.Reviews.ForRunAsync(run, ct).ConfigureAwait(false)).LastOrDefault(i => i.Kind == ReviewKind.Appeal && i.State != ReviewState.Withdrawn);
    }

    /// <summary>Contests the block of all blocked frames of one's own run, once, with a statement.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Incomplete (no statement), InvalidRequest, Conflict (nothing is blocked, or there was an appeal).</exception>
    public async Task<ReviewItem> AppealAsync(RunId id, string? statement, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var run = actor.MustSee(await ports.Store.GetAsync(id, ct).ConfigureAwait(false), id);
        if (run.OwnerId != actor.Id)
        {
            throw new VettingException(FailureCode.Forbidden, "Only who submitted a run may contest what was blocked in it.");
        }

        if (string.IsNullOrWhiteSpace(statement))
        {
            throw new VettingException(FailureCode.Incomplete, "An appeal needs a statement: why should the frames be shown?");
        }

        if (statement.Length > RulingDesk.NoteLength)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A statement has at most {RulingDesk.NoteLength} characters.");
        }

        if (await FindAsync(id, actor, ct).ConfigureAwait(false) is { } earlier)
        {
            throw new VettingException(FailureCode.Conflict, earlier.State == ReviewState.Decided ? "An appeal was decided already; that decision is final." : "Your appeal is waiting already.");
        }

        var frames = await ports.Store.CandidatesAsync(id, ct).ConfigureAwait(false);
        ImmutableArray<Candidate> blocked = [.. frames.Where(f => f.Judgement?.Verdict.Decision == Decision.Block)];
        if (blocked.IsEmpty || run.State != RunState.Done)
        {
            throw new VettingException(FailureCode.Conflict, blocked.IsEmpty ? "Nothing of this run is blocked." : "The run is not finished yet.");
        }

        var item = ReviewCase.For(id, blocked, ports.Time.GetUtcNow(), ReviewKind.Appeal) with { Note = statement.Trim(), Excluded = await DecidersAsync(id, ct).ConfigureAwait(false) };
        item = await ports.Reviews.AddAsync(item, ct).ConfigureAwait(false);
        await ports.Audit.AppendAsync(actor, "review.appeal", item.Id.ToString("N"), null, Audited.Appeal(item), ct).ConfigureAwait(false);
        await ports.TellReviewAsync(id, item.Id, ReviewState.Waiting, null, ct).ConfigureAwait(false);
        return item;
    }

    // Whoever gave a word on any item of the run, and the submitter, may not decide the appeal.
    private async Task<ImmutableArray<string>> DecidersAsync(RunId run, CancellationToken ct)
    {
        var people = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in await ports.Reviews.ForRunAsync(run, ct).ConfigureAwait(false))
        {
            people.UnionWith((await ports.Reviews.WordsAsync(item.Id, ct).ConfigureAwait(false)).Select(w => w.UserId));
        }

        if (await ports.Store.GetAsync(run, ct).ConfigureAwait(false) is { } owned)
        {
            people.Add(owned.OwnerId);
        }

        return [.. people];
    }
}
