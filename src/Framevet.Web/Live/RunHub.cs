using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Framevet.Web.Live;

/// <summary>Live news for clients outside (scripts, command line). Pages subscribe in process and do not come here.</summary>
[Authorize(Policies.SignedIn)]
[Authorize(Scopes.RunsRead)]
public sealed class RunHub(IServiceProvider services) : Hub<IRunClient>
{
    /// <summary>Group of the people who follow the review queue.</summary>
    internal const string ReviewGroup = "review";

    private const int MaxFrames = 500;

    /// <summary>
    /// Follows a run. The answer holds its state and the frames changed after <paramref name="afterRevision"/> (0 = all), at most 500; what
    /// happens while it is made arrives as messages too, so nothing is missed.
    /// </summary>
    [Authorize(Policies.SignedIn)]
    public async Task<RunSnapshot> Subscribe(string runId, long afterRevision)
    {
        try
        {
            var run = await services.GetRequiredService<RunAccess>().RunAsync(runId, Context.User!.ToActor(), Context.ConnectionAborted);
            await Groups.AddToGroupAsync(Context.ConnectionId, Group(run.Id), Context.ConnectionAborted);

            // Joined first, read afterwards: in the other order news between the two would be lost.
            run = await services.GetRequiredService<RunAccess>().RunAsync(runId, Context.User!.ToActor(), Context.ConnectionAborted);
            var frames = await services.GetRequiredService<FramesQuery>().ChangedAsync(run.Id, afterRevision, MaxFrames, Context.ConnectionAborted);
            return new RunSnapshot(RunBody.From(run), run.Revision, [.. frames.Select(FrameItem.From)], frames.Length == MaxFrames);
        }
        catch (VettingException e)
        {
            throw new HubException(e.Message);
        }
    }

    /// <summary>Stops following a run.</summary>
    [Authorize(Policies.SignedIn)]
    public Task Unsubscribe(string runId) =>
        Pipeline.Runs.RunId.TryParse(runId, out var id) ? Groups.RemoveFromGroupAsync(Context.ConnectionId, Group(id), Context.ConnectionAborted) : Task.CompletedTask;

    /// <summary>Follows the review queue of all runs.</summary>
    [Authorize(Policies.Review)]
    [Authorize(Scopes.Review)]
    public Task SubscribeReview() => Groups.AddToGroupAsync(Context.ConnectionId, ReviewGroup, Context.ConnectionAborted);

    /// <summary>Group of the people who follow a run.</summary>
    internal static string Group(Pipeline.Runs.RunId run) => $"run:{run}";
}
