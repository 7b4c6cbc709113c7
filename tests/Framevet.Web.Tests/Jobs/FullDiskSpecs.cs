using System.Collections.Immutable;
using System.Net;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Jobs;

/// <summary>The whole server on a small disk that fills up and is emptied again.</summary>
public sealed class FullDiskSpecs(ClipFactory clips) : IClassFixture<ClipFactory>
{
    private const long Reserve = 32 << 20;

    [Fact(Timeout = 300_000)]
    public async Task A_full_disk_stops_intake_and_work_and_all_goes_on_by_itself()
    {
        var ct = TestContext.Current.CancellationToken;
        using var disk = new SmallDisk(256);
        Assert.SkipWhen(disk.Problem is not null, $"no small file system can be mounted here: {disk.Problem}");
        await using (var app = new SmallHost(disk.Path))
        {
            using var client = await app.SignInAsync("ada", [Roles.Admin], ct);
            var small = await ApiRun.ClipAsync(clips, ct);
            var large = await clips.MakeAsync("long.mp4", "testsrc2=s=320x240:r=25:d=120", ["-pix_fmt", "yuv420p"], ct);

            // Every way in answers 507, and every page says why.
            disk.FillTo(Reserve / 2);
            using (var refused = await client.UploadAsync([small], null, ct))
            {
                await refused.ShouldBeProblemAsync(HttpStatusCode.InsufficientStorage, "out-of-space", ct);
            }

            using (var created = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "1000"), ("Upload-Metadata", TusCalls.Metadata(("filename", "a.mp4")))], null, ct))
            {
                await created.ShouldBeProblemAsync(HttpStatusCode.InsufficientStorage, "out-of-space", ct);
            }

            using (var links = await client.PostJsonAsync(WebPaths.Links, new LinksWish(Link), ct))
            {
                await links.ShouldBeProblemAsync(HttpStatusCode.InsufficientStorage, "out-of-space", ct);
            }

            using (var model = await client.PostJsonAsync($"{WebPaths.Api}/models/nima-aesthetic/pull", null, ct))
            {
                await model.ShouldBeProblemAsync(HttpStatusCode.InsufficientStorage, "out-of-space", ct);
            }

            foreach (var page in Pages)
            {
                (await client.GetStringAsync(new Uri(page, UriKind.Relative), ct)).ShouldContain("disk-banner", customMessage: page);
            }

            // Room again: files are taken. The disk fills while one is vetted: it rests.
            disk.Empty();
            var run = await client.SubmitAsync(large, new() { ["recipeJson"] = EveryFrame }, ct);
            await client.WaitAsync(run, ct, RunState.Running);
            disk.FillTo(Reserve / 2);
            var paused = await client.WaitAsync(run, ct, RunState.Queued);
            paused.Reason.ShouldContain("nearly full");
            paused.Failure.ShouldBeNull();

            // Somebody else takes the very last byte: what cannot be stored is refused or lost, but nothing breaks.
            disk.FillTo(0);
            for (var i = 0; i < 20; i++)
            {
                using var answer = await client.PostJsonAsync(WebPaths.Links, new LinksWish(Link), ct);
                answer.StatusCode.ShouldBe(HttpStatusCode.InsufficientStorage);
                await Record.ExceptionAsync(() => app.Services.GetRequiredService<IAuditTrail>().AppendAsync(Actor.System, "test.fill", new string('x', 100_000), null, null, ct));
            }

            disk.Empty();
            (await client.GetStringAsync(new Uri("/runs", UriKind.Relative), ct)).ShouldNotContain("disk-banner");
            var end = await client.WaitAsync(run, ct, RunState.Done, RunState.AwaitingReview);
            end.Funnel.Sampled.ShouldBe(3000);
        }

        await using var connection = new SqliteConnection($"Data Source={Path.Combine(disk.Path, "framevet.db")};Pooling=False");
        await connection.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        (await command.ExecuteScalarAsync(ct)).ShouldBe("ok");
    }

    private static readonly string[] Pages = ["/", "/runs", "/submit", "/settings", "/about"];

    private static readonly string[] Link = ["https://example.org/a.mp4"];

    private static string EveryFrame { get; } = System.Text.Json.JsonSerializer.Serialize(
        BuiltInRecipes.TopTenth with { Name = "Every frame", Sampler = new PartSpec("all"), Exporters = [] }, Pipeline.PipelineJson.Options);

    private sealed class SmallHost(string folder) : AppHost
    {
        public override string Folder => folder;

        protected override ImmutableDictionary<string, string> Settings => ImmutableDictionary<string, string>.Empty
            .Add("Storage:ReserveMegabytes", $"{Reserve >> 20}");
    }
}
