using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.Data.Queries;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Jobs;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Which nodes get a run that opens models; nodes say that they have cards, no card is asked.</summary>
public sealed class RoutingSpecs
{
    private static readonly WorkNode Me = new("me", TimeSpan.FromMinutes(5), false);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_with_cards_gets_the_runs_with_models_and_nothing_else_for_as_long_as_it_works()
    {
        await using var app = new WebNode((await PostgresCluster.SharedAsync()).Connection($"routing_{Guid.NewGuid():N}"));
        var (nodes, store, queue) = (app.Services.GetRequiredService<NodeStore>(), app.Services.GetRequiredService<IRunStore>(), app.Services.GetRequiredService<IRunQueue>());
        var plain = await AddAsync(store, BuiltInRecipes.TopTenth with { Moderation = new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty } });
        var model = await AddAsync(store, BuiltInRecipes.TopTenth with { Metrics = [new PartSpec("nima-aesthetic")] });
        await nodes.SeeAsync(new NodeCard("cpu-1", "worker", "io 1, cpu 2", "1"), isStart: true, Ct);

        (await GroupAsync(model)).ShouldBe("cpu", "no node has cards");
        await nodes.SeeAsync(new NodeCard("gpu-1", "worker", "gpu 1", "1"), isStart: true, Ct);
        (await GroupAsync(model)).ShouldBe("gpu");
        (await GroupAsync(plain)).ShouldBe("cpu");
        await nodes.WishAsync("gpu-1", NodeWish.Drain, Ct);
        (await GroupAsync(model)).ShouldBe("cpu", "it takes nothing new");
        await nodes.WishAsync("gpu-1", NodeWish.Work, Ct);
        (await GroupAsync(model)).ShouldBe("gpu");

        (await store.TryTakeNextAsync("gpu", TurnRules.Default, Me, Ct))!.Run.ShouldBe(model);
        (await store.TryTakeNextAsync("gpu", TurnRules.Default, Me, Ct)).ShouldBeNull();
        (await store.TryTakeNextAsync("cpu", TurnRules.Default, Me, Ct))!.Run.ShouldBe(plain);

        async Task<string?> GroupAsync(RunId run)
        {
            await queue.EnqueueAsync(run, 5, Ct);
            var trigger = await (await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(Ct)).GetTrigger(new TriggerKey(run.ToString(), JobNames.Vet(run).Group), Ct);
            var group = (await app.Services.GetRequiredService<WaitQuery>().OfAsync(run, Ct))!.Group;
            trigger!.ExecutionGroup.ShouldBe(group);
            return group;
        }
    }

    private static async Task<RunId> AddAsync(IRunStore store, Recipe recipe)
    {
        var now = TimeProvider.System.GetUtcNow();
        var run = new Run
        {
            Id = RunId.New(now), OwnerId = "ann", SourceName = "clip.mp4", MediaSha256 = new string('a', 64), MediaKey = "media/aa", MediaBytes = 1, Recipe = recipe, State = RunState.Queued, Reason = "", CreatedAt = now,
        };
        await store.AddAsync(run, Ct);
        return run.Id;
    }

    /// <summary>A node that only submits, with the real models.</summary>
    private sealed class WebNode(string server) : AppHost
    {
        protected override ImmutableDictionary<string, string> Settings => base.Settings.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server)
            .Add("Framevet:Node:Role", "web").Add("Framevet:Node:Name", "web").Add("Models:Folder", TestModels.With("nima_mobilenet_aesthetic.onnx").Folder).Add("Models:StateFolder", Path.Combine(Folder, "models"));
    }
}
