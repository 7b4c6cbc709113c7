using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>Marking frames, for pages and the API: who may, then the store, then the news. Thread-safe.</summary>
public sealed class MarkDesk(MarkStore store, IRunEvents events, TimeProvider time)
{
    private const int Named = 500;

    /// <summary>Owners and curators mark; others who may look at a run do not.</summary>
    public static bool MayMark(Run run, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(actor);
        return run.OwnerId == actor.Id || actor.Has(Rights.Curate);
    }

    /// <summary>Carries orders out one after the other; one that was carried out before does nothing again.</summary>
    /// <exception cref="VettingException">Forbidden; InvalidRequest for an order that cannot be read: then none is carried out.</exception>
    public async Task<ImmutableArray<MarkOutcome>> DoAsync(Run run, ImmutableArray<MarkOrder> orders, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(actor);
        if (!MayMark(run, actor))
        {
            throw new VettingException(FailureCode.Forbidden, "Only the owner of a run and curators mark its frames.");
        }

        orders = [.. orders.Select(o => o.Checked())];
        var outcomes = ImmutableArray.CreateBuilder<MarkOutcome>(orders.Length);
        foreach (var order in orders)
        {
            var outcome = await store.DoAsync(run.Id, order, actor, ct);
            outcomes.Add(outcome);
            if (outcome is { Changed: > 0, IsRepeat: false })
            {
                events.Publish(new MarksChanged(run.Id, outcome.Revision, time.GetUtcNow(), outcome.Changed, outcome.Changed <= Named ? [.. outcome.Frames.Select(f => f.Pts)] : [], actor.Name));
            }
        }

        return outcomes.ToImmutable();
    }
}
