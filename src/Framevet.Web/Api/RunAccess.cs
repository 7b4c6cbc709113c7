using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>Who sees which run: owners their own, people with <see cref="Rights.SeeAllRuns"/> all. What is not visible does not exist. Thread-safe.</summary>
internal sealed class RunAccess(IRunStore runs, IExportStore exports)
{
    /// <summary>The run, if the actor may see it.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task<Run> RunAsync(string runId, Actor actor, CancellationToken ct) =>
        RunId.TryParse(runId, out var id) && await runs.GetAsync(id, ct) is { } run && MaySee(run, actor) ? run : throw NoRun();

    /// <summary>The export and its run, if the actor may see the run.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task<(ExportOrder Export, Run Run)> ExportAsync(Guid exportId, Actor actor, CancellationToken ct) =>
        await exports.GetAsync(exportId, ct) is { } export && await runs.GetAsync(export.RunId, ct) is { } run && MaySee(run, actor)
            ? (export, run)
            : throw new VettingException(FailureCode.NotFound, "There is no such export.");

    /// <summary>Whether the run exists for the actor.</summary>
    public static bool MaySee(Run run, Actor actor) => actor.Has(Rights.SeeAllRuns) || (actor.Has(Rights.Submit) && run.OwnerId == actor.Id);

    /// <summary>Owners and curators take files away; others who may look at a run do not.</summary>
    public static bool MayDownload(Run run, Actor actor) => run.OwnerId == actor.Id || actor.Has(Rights.Curate);

    /// <summary>Only owners list their own; the others see all runs.</summary>
    public static RunsFilter Narrow(RunsFilter filter, Actor actor) => actor.Has(Rights.SeeAllRuns) ? filter : filter with { OwnerId = actor.Id };

    private static VettingException NoRun() => new(FailureCode.NotFound, "There is no such run.");
}
