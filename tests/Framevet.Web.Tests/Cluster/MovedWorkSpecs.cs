using System.Collections.Immutable;
using Framevet.Data.Backups;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Framevet.Web.Tests.Cluster;

/// <summary>What waits in a SQLite installation when it moves to a server. The scheduler's own file is left behind.</summary>
public sealed class MovedWorkSpecs : IDisposable
{
    private readonly ClipFactory _clips = new();

    [Fact]
    public async Task Runs_and_exports_that_wait_are_done_after_the_first_start_on_the_server()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folders = new TemporaryFolder();
        var server = (await PostgresCluster.SharedAsync()).Connection($"moved_{Guid.NewGuid():N}");
        string key;
        RunId done, waiting;
        ExportBody export;
        await using (var before = new MovedHost(folders["data"], ImmutableDictionary<string, string>.Empty))
        {
            key = await before.KeyAsync("ada", [Roles.Admin], [.. Scopes.All], ct);
            using var client = before.With(key);
            var clip = await ApiRun.ClipAsync(_clips, ct);
            done = await client.SubmitAsync(clip, null, ct);
            await client.WaitAsync(done, ct, RunState.Done);
            await (await before.Services.GetRequiredService<ISchedulerFactory>().GetScheduler(ct)).Standby(ct);
            waiting = await client.SubmitAsync(clip, null, ct);
            export = await client.PostJsonAsync<ExportBody>($"{WebPaths.Runs}/{done}/exports", new ExportRequestBody(), ct);
            (await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{waiting}", ct)).State.ShouldBe(RunState.Queued);
        }

        await DataMove.MoveAsync(Path.Combine(folders["data"], "framevet.db"), server, TimeProvider.System, ct);

        await using var after = new MovedHost(folders["data"], ImmutableDictionary<string, string>.Empty.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server).Add("Framevet:Node:Name", "first"));
        using var again = after.With(key);
        await again.WaitAsync(waiting, ct, RunState.Done);
        for (var i = 0; i < 600 && export.State is not (ExportState.Done or ExportState.Failed); i++)
        {
            await Task.Delay(50, ct);
            export = await again.GetJsonAsync<ExportBody>($"{WebPaths.Api}/exports/{export.Id}", ct);
        }

        export.State.ShouldBe(ExportState.Done, export.Error);
    }

    public void Dispose() => _clips.Dispose();

    private sealed class MovedHost(string folder, ImmutableDictionary<string, string> settings) : AppHost
    {
        public override string Folder => folder;

        protected override ImmutableDictionary<string, string> Settings => base.Settings.AddRange(settings);

        /// <summary>Calls with a key that was made before.</summary>
        public HttpClient With(string key)
        {
            var client = Anonymous();
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            return client;
        }
    }
}
