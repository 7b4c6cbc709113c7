using System.Collections.Concurrent;
using System.Net;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Framevet.Web.Identity;
using Framevet.Web.Live;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Live;

/// <summary>The hub as a program outside sees it.</summary>
public sealed class RunHubSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 120_000;

    [Fact(Timeout = Patience)]
    public async Task A_follower_sees_progress_frames_and_the_end_and_catches_up_from_the_store()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        var key = await app.KeyAsync("follower", [Roles.Submitter], [Scopes.RunsRead, Scopes.RunsWrite], ct);
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await using var hub = Connect(key);
        var (states, frames) = (new ConcurrentQueue<StateNews>(), new ConcurrentQueue<ScoredFrame>());
        var done = new TaskCompletionSource();
        hub.On<FramesNews>(nameof(IRunClient.Frames), news => news.Frames.ToList().ForEach(frames.Enqueue));
        hub.On<StateNews>(nameof(IRunClient.State), news =>
        {
            states.Enqueue(news);
            if (news.State == RunState.Done)
            {
                done.TrySetResult();
            }
        });
        await hub.StartAsync(ct);

        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct, seconds: 8), new() { ["recipe"] = "Top 10 %" }, ct);
        var first = await hub.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), id.ToString(), 0L, ct);
        if (first.Run.State != RunState.Done)
        {
            await done.Task.WaitAsync(TimeSpan.FromSeconds(60), ct);
        }

        var all = await hub.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), id.ToString(), 0L, ct);
        var nothingNew = await hub.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), id.ToString(), all.Revision, ct);

        all.Run.State.ShouldBe(RunState.Done);
        all.Frames.Length.ShouldBe(all.Run.Funnel.Sampled);
        nothingNew.Frames.ShouldBeEmpty();
        first.Frames.Select(f => f.Pts).Concat(frames.Select(f => f.Pts)).Distinct().Order().ShouldBe(all.Frames.Select(f => f.Pts).Order());
        states.Select(s => s.Revision).ShouldBeInOrder(SortDirection.Ascending);
    }

    [Fact(Timeout = Patience)]
    public async Task A_run_of_somebody_else_cannot_be_followed()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var owner = await app.KeyClientAsync("hub-owner", [Roles.Submitter], [Scopes.RunsRead, Scopes.RunsWrite], ct);
        var id = await owner.SubmitAsync(await ApiRun.ClipAsync(clips, ct), null, ct);
        await using var hub = Connect(await app.KeyAsync("hub-other", [Roles.Submitter], [Scopes.RunsRead], ct));
        await hub.StartAsync(ct);

        var refused = await Should.ThrowAsync<HubException>(() => hub.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), id.ToString(), 0L, ct));

        refused.Message.ShouldContain("There is no such run");
    }

    [Fact(Timeout = Patience)]
    public async Task Scenes_and_late_gates_are_told_to_followers()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        var key = await app.KeyAsync("hub-scenes", [Roles.Submitter], [Scopes.RunsRead, Scopes.RunsWrite], ct);
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct), null, ct);

        // What the run itself tells must not be taken for what is told here.
        await client.WaitAsync(id, ct, RunState.Done, RunState.AwaitingReview);
        await using var hub = Connect(key);
        var (scenes, gating) = (new TaskCompletionSource<ScenesNews>(), new TaskCompletionSource<GatingNews>());
        hub.On<ScenesNews>(nameof(IRunClient.Scenes), e => scenes.TrySetResult(e));
        hub.On<GatingNews>(nameof(IRunClient.Gating), e => gating.TrySetResult(e));
        var people = new TaskCompletionSource<PeopleNews>();
        hub.On<PeopleNews>(nameof(IRunClient.People), e => people.TrySetResult(e));
        await hub.StartAsync(ct);
        await hub.InvokeAsync<RunSnapshot>(nameof(RunHub.Subscribe), id.ToString(), 0L, ct);

        var events = app.Services.GetRequiredService<IRunEvents>();
        events.Publish(new PeopleChanged(id, 9, TimeProvider.System.GetUtcNow(), 2));
        events.Publish(new ScenesChanged(id, 7, TimeProvider.System.GetUtcNow(), 3));
        events.Publish(new GatingChanged(id, 8, TimeProvider.System.GetUtcNow(), [new Framevet.Pipeline.Frames.Pts(512, new(1, 512))]));

        (await scenes.Task.WaitAsync(TimeSpan.FromSeconds(10), ct)).Scenes.ShouldBe(3);
        (await gating.Task.WaitAsync(TimeSpan.FromSeconds(10), ct)).Frames.ShouldBe([512]);
        (await people.Task.WaitAsync(TimeSpan.FromSeconds(10), ct)).People.ShouldBe(2);
    }

    [Fact(Timeout = Patience)]
    public async Task The_review_queue_is_followed_by_moderators_only()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var submitter = Connect(await app.KeyAsync("hub-submitter", [Roles.Submitter], [.. Scopes.All], ct));
        await using var moderator = Connect(await app.KeyAsync("hub-moderator", [Roles.Moderator], [.. Scopes.All], ct));
        var news = new TaskCompletionSource<ReviewNews>();
        moderator.On<ReviewNews>(nameof(IRunClient.Review), e => news.TrySetResult(e));
        await submitter.StartAsync(ct);
        await moderator.StartAsync(ct);

        await Should.ThrowAsync<HubException>(() => submitter.InvokeAsync(nameof(RunHub.SubscribeReview), ct));
        await moderator.InvokeAsync(nameof(RunHub.SubscribeReview), ct);
        var item = Guid.NewGuid();
        app.Services.GetRequiredService<IRunEvents>().Publish(new ReviewChanged(
            RunId.New(TimeProvider.System.GetUtcNow()), 1, TimeProvider.System.GetUtcNow(), item, Framevet.Pipeline.Review.ReviewState.Waiting, null));

        (await news.Task.WaitAsync(TimeSpan.FromSeconds(10), ct)).ItemId.ShouldBe(item);
    }

    [Theory(Timeout = Patience)]
    [InlineData(Roles.Submitter, "Subscribe Unsubscribe")]
    [InlineData(Roles.Curator, "Subscribe Unsubscribe")]
    [InlineData(Roles.Moderator, "Subscribe SubscribeReview Unsubscribe")]
    [InlineData(Roles.Lead, "Subscribe SubscribeReview Unsubscribe")]
    [InlineData(Roles.Admin, "Subscribe SubscribeReview Unsubscribe")]
    [InlineData(Roles.Auditor, "Subscribe Unsubscribe")]
    public async Task A_role_calls_exactly_its_methods_of_the_hub(string role, string allowed)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var hub = Connect(await app.KeyAsync($"hub-role-{role}", [role], [.. Scopes.All], ct));
        await hub.StartAsync(ct);
        var open = new List<string>();
        foreach (var method in typeof(RunHub).GetMethods(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.DeclaredOnly).OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            object[] arguments = [.. method.GetParameters().Select(p => p.ParameterType == typeof(string) ? (object)Guid.Empty.ToString("N") : 0L)];
            try
            {
                await hub.InvokeCoreAsync(method.Name, arguments, ct);
                open.Add(method.Name);
            }
            catch (HubException refusal)
            {
                // What the method itself says is past the door; a closed door speaks of the user.
                if (!refusal.Message.Contains("unauthorized", StringComparison.OrdinalIgnoreCase))
                {
                    refusal.Message.ShouldContain("There is no such run");
                    open.Add(method.Name);
                }
            }
        }

        string.Join(' ', open).ShouldBe(allowed);
    }

    [Fact]
    public async Task Nobody_connects_without_a_key()
    {
        await using var hub = Connect("fv_unknown");

        await Should.ThrowAsync<InvalidOperationException>(() => hub.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Patience)]
    public async Task The_connection_of_a_session_that_ends_is_cut()
    {
        var ct = TestContext.Current.CancellationToken;
        var user = await app.CreateUserAsync("cut-off", Roles.Submitter);
        using var client = app.Anonymous();
        using var answer = await AppHost.PostFormAsync(client, WebPaths.Login, WebPaths.Login, new() { ["name"] = "cut-off", ["password"] = AppHost.Password }, ct);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("framevet=", StringComparison.Ordinal)).Split(';')[0];
        await using var hub = Connect(request => request.Headers.Cookie = cookie);
        var closed = new TaskCompletionSource();
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(ct);

        (await app.Services.GetRequiredService<SessionDesk>().EndAllAsync(user.Id, null, ct)).ShouldBe(1);

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(60), ct);
    }

    private HubConnection Connect(string key) => Connect(request => request.Headers.Authorization = $"Bearer {key}");

    private HubConnection Connect(Action<Microsoft.AspNetCore.Http.HttpRequest> identify)
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<IConnectionFactory>(new SocketFactory((uri, ct) =>
        {
            var sockets = app.Server.CreateWebSocketClient();
            sockets.ConfigureRequest = identify;
            return sockets.ConnectAsync(uri, ct);
        }));
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(new Uri($"ws://localhost{WebPaths.RunHub}")));
        builder.AddJsonProtocol(o => PipelineJson.Configure(o.PayloadSerializerOptions));
        return builder.Build();
    }
}
