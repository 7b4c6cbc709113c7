using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Framevet.Data;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Architecture;
using Framevet.Web.Tests.Hosting;
using Framevet.Web.Tests.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Operation;

/// <summary>A real server process as an operator sees it: the command line against it, its metrics, traces, log lines and the board.</summary>
public sealed partial class OperationSpecs(ClipFactory clips) : IClassFixture<ClipFactory>
{
    private const string SecretName = "my-secret-holiday.mp4";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 400_000)]
    public async Task The_command_line_drives_a_server_that_tells_how_it_stands_and_nothing_about_users()
    {
        LongTests.Only(true, "A dozen programs are started one after the other.");
        using var folder = new TemporaryFolder();
        await using var collector = await TraceCollector.StartAsync(Ct);
        await using var server = new ServerProcess(folder.Path, "--Telemetry:JsonLogs=true", $"--Telemetry:OtlpEndpoint={collector.Address}");
        await server.StartAsync(Ct);
        await server.SetUpAsync(Ct);
        var (key, user) = await KeyAsync(folder.Path);
        (string, string)[] here = [("FRAMEVET_URL", server.Address), ("FRAMEVET_KEY", key)];
        var clip = folder[SecretName];
        File.Copy(await ApiRun.ClipAsync(clips, Ct), clip);

        // submit, watch, list, review, export
        var submitted = await CommandLineProgram.RunAsync(["submit", clip, "--json"], Ct, here);
        submitted.Code.ShouldBe(0, submitted.Errors);
        var run = submitted.Json[0].GetProperty("id").GetString()!;
        var watched = await CommandLineProgram.RunAsync(["watch", run], Ct, here);
        watched.Code.ShouldBeOneOf(0, 1);
        watched.Output.ShouldContain(run);
        var people = await CommandLineProgram.RunAsync(["submit", clip, "--wait", "--json"], Ct, here);
        people.Json[0].GetProperty("verdict").GetString().ShouldNotBeNullOrEmpty();
        (await CommandLineProgram.RunAsync(["list", "--text", "holiday"], Ct, here)).Output.ShouldContain(SecretName);
        (await CommandLineProgram.RunAsync(["list", "--json"], Ct, here)).Json.GetProperty("total").GetInt32().ShouldBe(2);
        await DecideAllAsync(here);
        await server.Client.WaitAsync(RunId.TryParse(run, out var id) ? id : default, Ct, RunState.Done);
        var zip = folder["best.zip"];
        var exported = await CommandLineProgram.RunAsync(["export", run, "--out", zip], Ct, here);
        exported.Code.ShouldBe(0, exported.Errors);
        new FileInfo(zip).Length.ShouldBeGreaterThan(1000);

        // What goes wrong has a sentence and a code.
        (await CommandLineProgram.RunAsync(["watch", new string('0', 32)], Ct, here)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(2), e => e.Errors.ShouldContain("no such run"));
        (await CommandLineProgram.RunAsync(["list"], Ct, ("FRAMEVET_URL", "http://127.0.0.1:1"), ("FRAMEVET_KEY", key))).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(3), e => e.Errors.ShouldContain("does not answer"));
        (await CommandLineProgram.RunAsync(["list"], Ct, ("FRAMEVET_URL", server.Address), ("FRAMEVET_KEY", "fv_wrong"))).Code.ShouldBe(2);
        (await CommandLineProgram.RunAsync(["list"], Ct, ("FRAMEVET_URL", server.Address), ("FRAMEVET_KEY", ""))).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(2), e => e.Errors.ShouldContain("API key"));

        // The board asks only for numbers that are there.
        await server.Client.GetByteArrayAsync(new Uri(WebPaths.Thumb(id, await PtsAsync(server, run)), UriKind.Relative), Ct);
        await server.Client.GetByteArrayAsync(new Uri(WebPaths.Frame(id, await PtsAsync(server, run)), UriKind.Relative), Ct);
        await RefuseOnceAsync(server, user);
        var metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Ct);
        var names = SampleName().Matches(metrics).Select(m => m.Groups[1].Value).ToHashSet();
        var asked = BoardName().Matches(await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "build", "grafana", "framevet.json"), Ct)).Select(m => m.Value).Distinct().ToList();
        asked.Count.ShouldBeGreaterThan(12);

        // Without a card there is no number of one.
        var hasCard = GraphicsCard.Find() is not null;
        metrics.Contains("framevet_gpu_memory_total_bytes{", StringComparison.Ordinal).ShouldBe(hasCard);
        asked.Where(a => hasCard || !a.StartsWith("framevet_gpu", StringComparison.Ordinal)).Except(names).ShouldBeEmpty(metrics);
        metrics.ShouldMatch("framevet_frames_total\\{[^}]*stage=\"decoded\"[^}]*\\} [1-9]");
        using (var foreign = new HttpRequestMessage(HttpMethod.Get, "/metrics"))
        {
            foreign.Headers.Add("X-Forwarded-For", "203.0.113.7");
            using var refused = await server.Client.SendAsync(foreign, Ct);
            refused.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        foreach (var health in new[] { "/healthz", "/healthz/live", "/healthz/ready" })
        {
            (await server.Client.GetStringAsync(new Uri(health, UriKind.Relative), Ct)).ShouldBe("Healthy");
        }

        // Backup by the command line while the server works, on the same folder.
        var backup = folder["backup"];
        var written = await CommandLineProgram.RunAsync(["admin", "backup", backup, "--data", folder.Path, "--json"], Ct);
        written.Code.ShouldBe(0, written.Errors);
        written.Json.GetProperty("tables").GetArrayLength().ShouldBeGreaterThan(20);
        (await CommandLineProgram.RunAsync(["admin", "users", "list", "--data", folder.Path], Ct)).Output.ShouldContain("ada");

        (await server.StopAsync(Ct)).ShouldBe(0);
        ShouldTraceEveryStage(collector.Text, run);
        ShouldLogPlainly(server.Output, run, key);
    }

    [Theory]
    [InlineData("bash", "complete -F _framevet framevet")]
    [InlineData("zsh", "compdef _framevet framevet")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Shells_complete_words(string shell, string line)
    {
        (await CommandLineProgram.RunAsync(["completion", shell], Ct)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(0), e => e.Output.ShouldContain(line));
        (await CommandLineProgram.RunAsync(["[suggest:11]", "framevet ad"], Ct)).Output.Split('\n').ShouldContain("admin");
        (await CommandLineProgram.RunAsync(["[suggest:21]", "framevet admin users "], Ct)).Output.Split('\n').ShouldContain("disable");
    }

    [Fact]
    public async Task Help_of_every_verb_has_examples_and_wrong_words_are_code_two()
    {
        foreach (var verb in new[] { "vet", "score", "doctor", "parts", "recipes", "models", "submit", "watch", "list", "review", "export", "admin", "completion" })
        {
            (await CommandLineProgram.RunAsync([verb, "--help"], Ct)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(0), e => e.Output.ShouldContain("Examples:"), e => e.Output.ShouldContain($"framevet {verb}"));
        }

        (await CommandLineProgram.RunAsync(["--help"], Ct)).Output.ShouldContain("Exit codes:");
        (await CommandLineProgram.RunAsync(["completion", "fish"], Ct)).Code.ShouldBe(2);
        (await CommandLineProgram.RunAsync(["admin", "users", "list"], Ct, ("FRAMEVET_SERVER", "/no/such/Framevet.Web.dll"))).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(3), e => e.Errors.ShouldContain("FRAMEVET_SERVER"));
    }

    private static async Task DecideAllAsync((string, string)[] here)
    {
        var open = (await CommandLineProgram.RunAsync(["review", "list", "--json"], Ct, here)).Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("item").GetProperty("id").GetString()!).ToList();
        foreach (var item in open)
        {
            (await CommandLineProgram.RunAsync(["review", "show", item], Ct, here)).Output.ShouldContain(item);
            (await CommandLineProgram.RunAsync(["review", "decide", item, "allow"], Ct, here)).Code.ShouldBe(2, "a label is needed");
            var decided = await CommandLineProgram.RunAsync(["review", "decide", item, "allow", "--label", "nudity", "--reason", "harmless"], Ct, here);
            decided.Code.ShouldBe(0, decided.Errors);
        }
    }

    private static async Task<(string Key, string User)> KeyAsync(string folder)
    {
        await using var services = new ServiceCollection().AddFramevetData(new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", folder)]).Build()).BuildServiceProvider();
        var user = (await services.GetRequiredService<UsersQuery>().PageAsync("ada", 0, 1, Ct)).Rows.Single();
        return ((await services.GetRequiredService<ApiKeyStore>().CreateAsync(user.Id, "test", [.. Scopes.All], null, Ct)).Secret, user.Id);
    }

    private static async Task<long> PtsAsync(ServerProcess server, string run) =>
        (await server.Client.GetJsonAsync<JsonElement>($"{WebPaths.Runs}/{run}/frames?take=1", Ct)).GetProperty("items")[0].GetProperty("pts").GetInt64();

    private static async Task RefuseOnceAsync(ServerProcess server, string user)
    {
        using var set = await server.Client.PutAsJsonAsync($"/api/v1/users/{user}/quota", new Quota(FilesPerDay: 0), PipelineJson.Options, Ct);
        set.EnsureSuccessStatusCode();
        using var refused = await server.Client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "10"), ("Upload-Metadata", TusCalls.Metadata(("filename", "a.mp4")))], null, Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private static void ShouldTraceEveryStage(string traces, string run)
    {
        foreach (var span in new[] { "run act one", "run act two", "probe", "decode", "score", "moderate", "store", "select", "export", run })
        {
            traces.ShouldContain(span, customMessage: "a span is missing");
        }

        traces.ShouldNotContain(SecretName);
    }

    private static void ShouldLogPlainly(string output, string run, string key)
    {
        var lines = output.Split('\n').Where(l => l.StartsWith('{')).ToList();
        lines.Count.ShouldBeGreaterThan(2);
        lines.ShouldAllBe(l => JsonDocument.Parse(l, default).RootElement.ValueKind == JsonValueKind.Object);
        lines.ShouldContain(l => l.Contains("\"RunId\"", StringComparison.Ordinal) && l.Contains(run, StringComparison.Ordinal));
        foreach (var secret in new[] { SecretName, "holiday", key, AppHost.Password })
        {
            lines.Where(l => l.Contains(secret, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(secret);
        }
    }

    [GeneratedRegex(@"^(framevet_[a-z_]+)(?:\{| )", RegexOptions.Multiline)]
    private static partial Regex SampleName();

    [GeneratedRegex("framevet_[a-z_]+")]
    private static partial Regex BoardName();
}
