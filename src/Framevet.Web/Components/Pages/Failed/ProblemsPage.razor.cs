using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Failed;

/// <summary>Failed runs of the user (admins: of all), with the tool's own words, and the quarantine for admins.</summary>
public sealed partial class ProblemsPage : PageComponent
{
    private const int PageSize = 25;

    private ImmutableArray<Run> _failed = [];
    private ImmutableArray<QuarantinedFile> _quarantine = [];
    private int _total;

    [Inject]
    private RunsQuery Query { get; set; } = default!;

    [Inject]
    private IRunStore Runs { get; set; } = default!;

    [Inject]
    private RunDesk Desk { get; set; } = default!;

    [Inject]
    private IQuarantine Quarantine { get; set; } = default!;

    [Inject]
    private IAuditTrail Audit { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    protected override object LoadKey => Page ?? 1;

    private int PageNumber => Math.Max(0, (Page ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var page = await Query.PageAsync(RunAccess.Narrow(new RunsFilter(null, null, [RunState.Failed]), Actor), PageNumber * PageSize, PageSize, ct);
        var runs = new List<Run>();
        foreach (var row in page.Rows)
        {
            if (await Runs.GetAsync(row.Id, ct) is { State: RunState.Failed } run)
            {
                runs.Add(run);
            }
        }

        (_failed, _total) = ([.. runs], page.Total);
        _quarantine = Actor.Has(Rights.Administer) ? await Quarantine.ListAsync(ct) : [];
    }

    private async Task RetryAsync(Run run)
    {
        if (await TryAsync(ct => Desk.RetryAsync(run.Id, Actor, ct), $"Queued {run.SourceName} again"))
        {
            await ReloadAsync();
        }
    }

    private async Task ReleaseAsync(QuarantinedFile file)
    {
        if (await TryAsync(
            async ct =>
            {
                if (await Quarantine.ReleaseAsync(file.Sha256, ct))
                {
                    await Audit.AppendAsync(Actor, "quarantine.release", $"media/{file.Sha256}", null, null, ct);
                }
            },
            $"{file.Name} may be tried again"))
        {
            await ReloadAsync();
        }
    }

    private void GoTo(int page) => Navigation.NavigateTo(page > 0 ? $"problems?page={page + 1}" : "problems");

    /// <summary>How far it came, told from what was stored.</summary>
    private static string StageOf(Run run) => run switch
    {
        { Media: null } => "While reading the file",
        { Funnel.Selected: > 0 } => "While writing the results",
        _ => $"While decoding and scoring, after {Formats.Frames(run.Funnel.Sampled)}",
    };

    private static string Words(FailureCode? code) => code switch
    {
        FailureCode.UnsupportedMedia => "not readable",
        FailureCode.SourceRefused => "refused by a safety rule",
        FailureCode.SourceTooLarge => "too large",
        FailureCode.ToolFailed => "a tool failed",
        FailureCode.ToolStalled => "a tool hung",
        FailureCode.ToolMissing or FailureCode.ModelMissing => "something is not installed",
        FailureCode.OutOfSpace => "the disk was full",
        FailureCode.Unexpected => "an error of Framevet itself",
        null => "unknown",
        _ => code.ToString()!,
    };

    private static string Signal(string? detail) => ToolCrash.SignalOf(new VettingException(FailureCode.ToolFailed, "", detail)) ?? "unknown signal";
}
