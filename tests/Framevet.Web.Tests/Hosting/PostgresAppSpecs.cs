using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>The whole server on PostgreSQL: accounts, sessions, scheduler, stores and queries.</summary>
public sealed class PostgresAppSpecs(ClipFactory clips) : IClassFixture<ClipFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_file_goes_from_submit_to_gallery_and_is_still_there_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var server = (await PostgresCluster.SharedAsync()).Connection("web_app");
        RunId run;
        int frames;
        await using (var app = new PostgresHost(server, folder.Path))
        {
            using var client = await app.SignInAsync("ada", [Roles.Admin], Ct);
            run = await client.SubmitAsync(await ApiRun.ClipAsync(clips, Ct), null, Ct);
            await client.WaitAsync(run, Ct, RunState.Done, RunState.AwaitingReview);

            var columns = await app.Services.GetRequiredService<Data.Queries.GalleryQuery>().ColumnsAsync(run, Ct);
            (frames = columns.Count).ShouldBeGreaterThan(0);
            var look = await app.Services.GetRequiredService<Data.Queries.GalleryQuery>().LookAsync(new Data.Queries.FramesFilter(run), 10, Ct);
            look.Order.Length.ShouldBe(frames);
            (await client.GetStringAsync(new Uri($"/runs/{run}/gallery", UriKind.Relative), Ct)).ShouldContain(run.ToString());
            using var ready = await client.GetAsync(new Uri("/healthz/ready", UriKind.Relative), Ct);
            ready.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
            File.Exists(folder["framevet.db"]).ShouldBeFalse();
            File.Exists(folder["jobs.db"]).ShouldBeFalse();
        }

        await using var again = new PostgresHost(server, folder.Path);
        using var anonymous = again.Anonymous();
        using var signIn = await AppHost.PostFormAsync(anonymous, WebPaths.Login, WebPaths.Login, new() { ["name"] = "ada", ["password"] = AppHost.Password }, Ct);
        signIn.Headers.Location!.ToString().ShouldBe("/");
        (await again.Services.GetRequiredService<Data.Queries.GalleryQuery>().ColumnsAsync(run, Ct)).Count.ShouldBe(frames);
        (await again.Services.GetRequiredService<Data.Stores.AuditChain>().VerifyAsync(Ct)).BrokenAt.ShouldBeNull();
    }
}

/// <summary>The whole server in process, on a database of a server.</summary>
internal sealed class PostgresHost(string server, string folder) : AppHost
{
    public override string Folder => folder;

    protected override ImmutableDictionary<string, string> Settings => base.Settings.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server);
}
