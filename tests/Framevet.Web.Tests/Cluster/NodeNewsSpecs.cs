using System.Collections.Immutable;
using Framevet.Data.Cluster;
using Framevet.TestKit;
using Framevet.Web.Cluster;
using Framevet.Web.Identity;
using Framevet.Web.Live;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Two web nodes in this process on one database: what one knows of people, the other hears.</summary>
public sealed class NodeNewsSpecs : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private NodeHost _here = null!;
    private NodeHost _there = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = (await PostgresCluster.SharedAsync()).Connection($"news_{Guid.NewGuid():N}");
        (_here, _there) = (new NodeHost(server, _folder.Path, "a"), new NodeHost(server, _folder.Path, "b"));
        foreach (var node in new[] { _here, _there })
        {
            await UntilAsync(() => node.Services.GetRequiredService<PostgresWire>().IsListening);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _there.DisposeAsync();
        await _here.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_is_at_a_place_is_known_on_every_node()
    {
        var (here, there) = (_here.Services.GetRequiredService<Presence>(), _there.Services.GetRequiredService<Presence>());

        using (here.Enter("u1", "Ada", Presence.Queue("general")))
        {
            await UntilAsync(() => there.At(Presence.Queue("general")) is ["Ada"]);
            there.At(Presence.Queue("general"), except: "u1").ShouldBeEmpty();
        }

        await UntilAsync(() => there.At(Presence.Queue("general")).IsEmpty);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_session_that_ends_on_one_node_is_over_on_all()
    {
        var (here, there) = (_here.Services.GetRequiredService<SessionDesk>(), _there.Services.GetRequiredService<SessionDesk>());
        var user = await _here.CreateUserAsync("cut-everywhere", Roles.Submitter);
        var session = await here.BeginAsync(user.Id, "Firefox on Linux", "password", Ct);
        (await there.IsAliveAsync(session, Ct)).ShouldBeTrue();
        var ended = new TaskCompletionSource();
        using var watch = there.Watch(session, ended.SetResult);

        await here.EndAllAsync(user.Id, null, Ct);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        (await there.IsAliveAsync(session, Ct)).ShouldBeFalse();
    }

    [Fact(Timeout = 120_000)]
    public async Task An_admins_wish_is_stored_and_audited_and_nobody_else_has_one()
    {
        var desk = _here.Services.GetRequiredService<NodeDesk>();
        var ada = await _here.CreateUserAsync("ada", Roles.Admin);
        var admin = new Pipeline.Runs.Actor(ada.Id, "ada", Roles.RightsOf([Roles.Admin]));
        await UntilAsync(() => Nodes().Length == 2);

        await desk.WishAsync("b", NodeWish.Drain, admin, Ct);

        Nodes().Single(n => n.Id == "b").Wish.ShouldBe(NodeWish.Drain);
        (await _there.Services.GetRequiredService<Data.Stores.AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBeNull();
        await Should.ThrowAsync<Pipeline.VettingException>(() => desk.WishAsync("b", NodeWish.Work, admin with { Rights = Pipeline.Runs.Rights.Submit }, Ct));
        await Should.ThrowAsync<Pipeline.VettingException>(() => desk.WishAsync("nobody", NodeWish.Work, admin, Ct));

        ImmutableArray<NodeRow> Nodes() => _here.Services.GetRequiredService<NodeStore>().AllAsync(Ct).GetAwaiter().GetResult();
    }

    private static async Task UntilAsync(Func<bool> isIt)
    {
        for (var i = 0; i < 1200 && !isIt(); i++)
        {
            await Task.Delay(50, Ct);
        }

        isIt().ShouldBeTrue();
    }

    private sealed class NodeHost(string server, string folder, string name) : AppHost
    {
        public override string Folder => folder;

        protected override ImmutableDictionary<string, string> Settings => base.Settings.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server)
            .Add("Framevet:Node:Role", "web").Add("Framevet:Node:Name", name);
    }
}
