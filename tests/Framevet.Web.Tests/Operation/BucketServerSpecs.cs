using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Jobs;

namespace Framevet.Web.Tests.Operation;

/// <summary>A real server whose files lie in a bucket, and one whose files lie in a shared folder.</summary>
public sealed class BucketServerSpecs(ClipFactory clips) : IClassFixture<ClipFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_run_lives_in_a_bucket_from_upload_to_download()
    {
        using var folder = new TemporaryFolder();
        await using var bucket = await S3Server.StartAsync(Ct);
        var s3 = bucket.Options();
        string[] settings =
        [
            "--Storage:Kind=S3", $"--Storage:S3:Bucket={s3.Bucket}", $"--Storage:S3:ServiceUrl={s3.ServiceUrl}", $"--Storage:S3:AccessKey={s3.AccessKey}", $"--Storage:S3:SecretKey={s3.SecretKey}",
            "--Storage:S3:Prefix=store/", "--Storage:S3:DirectDownloads=true",
        ];
        await using var server = new ServerProcess(folder.Path, settings);
        await server.StartAsync(Ct);
        await server.SetUpAsync(Ct);

        var run = await server.Client.SubmitAsync(await ApiRun.ClipAsync(clips, Ct), null, Ct);
        await server.Client.WaitAsync(run, Ct, RunState.Done);
        var pts = (await server.Client.GetFromJsonAsync<JsonElement>($"{WebPaths.Api}/runs/{run}/frames", Ct)).GetProperty("items")[0].GetProperty("pts").GetInt64();
        (await server.Client.GetByteArrayAsync(new Uri(WebPaths.Thumb(run, pts), UriKind.Relative), Ct)).Length.ShouldBeGreaterThan(100);
        (await server.Client.GetByteArrayAsync(new Uri(WebPaths.Frame(run, pts), UriKind.Relative), Ct)).Length.ShouldBeGreaterThan(100);

        // An archive comes through the server, piece by piece; one file comes from the bucket itself.
        var zip = await server.Client.GetByteArrayAsync(new Uri($"{WebPaths.Api}/exports/{await ExportAsync(server, run, null)}/file", UriKind.Relative), Ct);
        using (var archive = new System.IO.Compression.ZipArchive(new MemoryStream(zip)))
        {
            archive.Entries.Count.ShouldBeGreaterThan(1);
        }

        var csv = await ExportAsync(server, run, "csv");
        using var redirect = await server.Client.GetAsync(new Uri($"{WebPaths.Api}/exports/{csv}/file", UriKind.Relative), Ct);
        redirect.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        redirect.Headers.Location!.Authority.ShouldBe(new Uri(s3.ServiceUrl).Authority);
        using var plain = new HttpClient();
        (await plain.GetStringAsync(redirect.Headers.Location, Ct)).ShouldContain("pts");

        // Nothing but work and copies lies here, and files and records agree.
        Directory.EnumerateFiles(folder["blobs"], "*", SearchOption.AllDirectories).ShouldAllBe(f => f.Contains("/copies/", StringComparison.Ordinal));
        var orphans = await CommandLineProgram.RunAsync(["admin", "orphans", "--data", folder.Path, "--json"], Ct, [.. settings.Select(s => s[2..].Split('=', 2)).Select(p => (p[0].Replace(":", "__", StringComparison.Ordinal), p[1]))]);
        orphans.Code.ShouldBe(0, orphans.Errors);
        orphans.Json.GetProperty("orphans").GetArrayLength().ShouldBe(0, orphans.Output);
        orphans.Json.GetProperty("missing").GetArrayLength().ShouldBe(0, orphans.Output);
        orphans.Json.GetProperty("checked").GetInt32().ShouldBeGreaterThan(3);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_mount_that_is_gone_loses_nothing_and_files_without_records_are_reported()
    {
        using var folder = new TemporaryFolder();
        var mount = Directory.CreateDirectory(folder["mount"]).FullName;
        (string, string)[] settings = [("Storage__Kind", "SharedFolder"), ("Storage__Root", mount)];
        (await CommandLineProgram.RunAsync(["admin", "mark-store", mount], Ct)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(0, e.Errors), e => e.Output.ShouldContain(mount));
        await using var server = new ServerProcess(folder["data"], "--Storage:Kind=SharedFolder", $"--Storage:Root={mount}");
        await server.StartAsync(Ct);
        await server.SetUpAsync(Ct);
        var clip = await ApiRun.ClipAsync(clips, Ct);
        var run = await server.Client.SubmitAsync(clip, null, Ct);
        await server.Client.WaitAsync(run, Ct, RunState.Done);

        Directory.Move(mount, folder["away"]);
        Directory.CreateDirectory(mount);
        using (var refused = await server.Client.UploadAsync([clip], null, Ct))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await refused.Content.ReadAsStringAsync(Ct)).ShouldContain("shared folder");
        }

        Directory.EnumerateFiles(mount, "*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.Delete(mount, recursive: true);
        Directory.Move(folder["away"], mount);
        var second = await server.Client.SubmitAsync(clip, null, Ct);
        await server.Client.WaitAsync(second, Ct, RunState.Done);

        Directory.CreateDirectory(Path.Combine(mount, "thumbs", new string('0', 32)));
        File.WriteAllText(Path.Combine(mount, "thumbs", new string('0', 32), "1.jpg"), "left over");
        var media = Directory.EnumerateFiles(Path.Combine(mount, "media"), "*", SearchOption.AllDirectories).Single();
        File.Move(media, folder["kept"]);
        var orphans = await CommandLineProgram.RunAsync(["admin", "orphans", "--data", folder["data"]], Ct, settings);
        orphans.Code.ShouldBe(0, orphans.Errors);
        orphans.Output.ShouldContain($"thumbs/{new string('0', 32)}/1.jpg\t9\tno such run");
        orphans.Output.ShouldContain($"media/{Path.GetFileName(media)[..2]}/{Path.GetFileName(media)}\t-\tmissing");
        orphans.Output.ShouldContain("1 without a record (9 bytes), 1 missing");
    }

    private static async Task<string> ExportAsync(ServerProcess server, RunId run, string? exporter)
    {
        using var asked = await server.Client.PostAsJsonAsync($"{WebPaths.Api}/runs/{run}/exports", exporter is null ? new { } : (object)new { exporter = new { id = exporter } }, Ct);
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted, await asked.Content.ReadAsStringAsync(Ct));
        var place = asked.Headers.Location!;
        while (true)
        {
            var state = await server.Client.GetFromJsonAsync<JsonElement>(place, Ct);
            if (state.GetProperty("state").GetString() is ("done" or "failed") and var end)
            {
                end.ShouldBe("done", state.ToString());
                return state.GetProperty("id").GetString()!;
            }

            await Task.Delay(100, Ct);
        }
    }
}
