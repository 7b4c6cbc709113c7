using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Home;

/// <summary>What is going on, and what is mine.</summary>
public sealed partial class HomePage : LiveComponent
{
    private const int Recent = 8;

    private readonly Dictionary<RunId, RunProgressed> _progress = [];
    private ImmutableSortedDictionary<RunState, int> _counts = ImmutableSortedDictionary<RunState, int>.Empty;
    private ReviewSummary? _review;
    private Page<RunRow> _recent = new([], 0);
    private bool _isMine = true;

    [Inject]
    private RunsQuery Runs { get; set; } = default!;

    [Inject]
    private ReviewQuery Reviews { get; set; } = default!;

    private string Greeting => Actor.Name.Length == 0 ? "Home" : $"Hello, {Actor.Name}";

    // Numbers that change faster than this cannot be read.
    protected override TimeSpan RefreshEvery => TimeSpan.FromSeconds(2);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _counts = await Runs.CountsAsync(Actor.Has(Rights.SeeAllRuns) ? null : Actor.Id, ct);
        _review = Actor.Has(Rights.SeeAllRuns) ? await Reviews.SummaryAsync(ct) : null;
        _recent = await Runs.PageAsync(new RunsFilter(OwnerId: Actor.Id), 0, Recent, ct);
        _isMine = _recent.Rows.Length > 0 || !Actor.Has(Rights.SeeAllRuns);
        if (!_isMine)
        {
            // Whoever looks after the others' runs sees those instead of an empty list.
            _recent = await Runs.PageAsync(new RunsFilter(), 0, Recent, ct);
        }
    }

    protected override NewsEffect OnNews(RunEvent news)
    {
        switch (news)
        {
            case RunProgressed progress:
                _progress[progress.RunId] = progress;
                return NewsEffect.Render;
            case RunStateChanged or ReviewChanged:
                return NewsEffect.Refresh;
            default:
                return NewsEffect.Ignore;
        }
    }

    private int Count(params ReadOnlySpan<RunState> states)
    {
        var sum = 0;
        foreach (var state in states)
        {
            sum += _counts.GetValueOrDefault(state);
        }

        return sum;
    }
}
