namespace Framevet.Pipeline.Runs;

/// <summary>Who may do what with a run of somebody: the one place for it.</summary>
internal static class RunAccess
{
    /// <summary>The run, if the actor may see it.</summary>
    /// <exception cref="VettingException">NotFound, also for a run that exists but is none of the actor's business.</exception>
    public static Run MustSee(this Actor actor, Run? run, RunId id) =>
        run is not null && (run.OwnerId == actor.Id || (actor.Rights & (Rights.SeeAllRuns | Rights.Curate | Rights.Review | Rights.Administer)) != 0)
            ? run
            : throw new VettingException(FailureCode.NotFound, $"There is no run {id}.");

    /// <summary>The run, if the actor may change its course: the owner, curators and admins.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public static Run MustSteer(this Actor actor, Run? run, RunId id, string verb)
    {
        var seen = actor.MustSee(run, id);
        var isOwner = seen.OwnerId == actor.Id && actor.Has(Rights.Submit);
        return isOwner || (actor.Rights & (Rights.Curate | Rights.Administer)) != 0
            ? seen
            : throw new VettingException(FailureCode.Forbidden, $"Only its owner, a curator or an admin may {verb} this run.");
    }

    /// <summary>Refuses an actor who lacks <paramref name="rights"/>.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public static void MustHave(this Actor actor, Rights rights, string verb)
    {
        if (!actor.Has(rights))
        {
            throw new VettingException(FailureCode.Forbidden, $"{actor.Name} may not {verb}.");
        }
    }
}
