using System.Net;
using System.Security.Cryptography;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Framevet.Web.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;
using static Framevet.Web.Tests.Api.TusCalls;

namespace Framevet.Web.Tests.Api;

/// <summary>Bad networks, a server that dies, bytes that are known, and limits.</summary>
public sealed class UploadResumeSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Cuts = 20;
    private const int Seed = 20261129;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 1_200_000)]
    [InlineData(6 << 20)]
    [InlineData(2_100_000_000)]
    public async Task An_upload_that_breaks_twenty_times_and_outlives_two_servers_arrives_whole(int length)
    {
        LongTests.Only(length > 1 << 30, "More than 2 GB.");
        var bytes = Noise(length);
        using var folder = new TemporaryFolder();
        await using var server = new ServerProcess(folder.Path);
        await server.StartAsync(Ct);
        await server.SetUpAsync(Ct);
        var address = await server.Client.CreateUploadAsync("noise.mp4", bytes.Length, Ct, ("Upload-Metadata", Metadata(("filename", "noise.mp4"), ("sha256", Hash(bytes)))));

        var cut = 0;
        var stops = await SendBrokenAsync(server.Client, folder.Path, address, bytes, Cuts, async () =>
        {
            if (++cut is 5 or 12)
            {
                await server.KillAsync();
                await server.StartAsync(Ct);
            }
        });
        stops.ShouldBeInOrder();
        stops.Distinct().Count().ShouldBeGreaterThan(Cuts / 2, "most cuts must leave something behind");
        using var last = await server.Client.PatchAsync(address, stops[^1], Piece(bytes.AsSpan((int)stops[^1])), Ct);

        (await RunAsync(server.Client, RunOf(last)!.Value)).Sha256.ShouldBe(Hash(bytes));
    }

    [Fact]
    public async Task A_finished_upload_is_vetted_and_tells_its_run_once_for_all()
    {
        using var clips = new ClipFactory();
        var bytes = await File.ReadAllBytesAsync(await ApiRun.ClipAsync(clips, Ct), Ct);
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("clip.mp4", bytes.Length, Ct);

        using var sent = await client.PatchAsync(address, 0, Piece(bytes), Ct);
        var again = await client.StandAsync(address, Ct);
        using var empty = await client.PatchAsync(address, bytes.Length, Piece([]), Ct);

        var run = RunOf(sent)!.Value;
        again.ShouldBe((bytes.Length, run));
        RunOf(empty).ShouldBe(run);
        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, Ct)).Total.ShouldBe(1);
        (await client.WaitAsync(run, Ct, RunState.Done, RunState.AwaitingReview)).SourceName.ShouldBe("clip.mp4");
        (await client.GetJsonAsync<UploadBody[]>(WebPaths.Uploads, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_that_are_here_make_a_run_at_once_and_no_second_copy()
    {
        var bytes = Noise(4000);
        using var client = await SignInAsync();
        await SendAsync(client, "first.mp4", bytes);
        var media = Path.Combine(app.Folder, "blobs", "media", Hash(bytes)[..2], Hash(bytes));
        var before = File.GetLastWriteTimeUtc(media);

        using var known = await client.PostJsonAsync($"{WebPaths.Uploads}/known", new KnownFile(Hash(bytes), "second.mp4"), Ct);
        var third = await SendAsync(client, "third.mp4", bytes);

        known.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await known.ReadAsync<SubmittedRun>(Ct)).SourceName.ShouldBe("second.mp4");
        (await RunAsync(client, third)).Sha256.ShouldBe(Hash(bytes));
        File.GetLastWriteTimeUtc(media).ShouldBe(before, "the file was written a second time");
        Directory.EnumerateFiles(Path.Combine(app.Folder, "blobs", "uploads")).ShouldNotContain(f => new FileInfo(f).Length == bytes.Length);
    }

    [Fact]
    public async Task Who_only_knows_the_hash_of_anothers_file_gets_no_run_of_it()
    {
        var bytes = Noise(5000);
        using var owner = await SignInAsync();
        using var stranger = await SignInAsync();
        await SendAsync(owner, "secret.mp4", bytes);

        using var answer = await stranger.PostJsonAsync($"{WebPaths.Uploads}/known", new KnownFile(Hash(bytes), "mine.mp4"), Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await stranger.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, Ct)).Total.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_is_not_the_promised_one_becomes_no_run()
    {
        var bytes = Noise(3000);
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("x", bytes.Length, Ct, ("Upload-Metadata", Metadata(("filename", "x.mp4"), ("sha256", Hash(Noise(3001))))));

        using var answer = await client.PatchAsync(address, 0, Piece(bytes), Ct);

        (await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "source-refused", Ct)).ShouldContain("SHA-256");
        (await client.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, Ct)).Total.ShouldBe(0);
    }

    [Fact]
    public async Task Limits_of_a_user_are_told_before_the_first_byte()
    {
        await using var own = new AppHost();
        using var client = await own.SignInAsync("limited", [Roles.Submitter], Ct);
        await SetLimitsAsync(own, l => l with { MaxStoredMegabytes = 1, Extensions = [".mp4"] });
        await client.CreateUploadAsync("a.mp4", 700_000, Ct);

        using var quota = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "700000"), ("Upload-Metadata", Metadata(("filename", "b.mp4")))], null, Ct);
        using var kind = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "10"), ("Upload-Metadata", Metadata(("filename", "b.exe")))], null, Ct);
        using var empty = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "0"), ("Upload-Metadata", Metadata(("filename", "b.mp4")))], null, Ct);

        (await quota.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "source-too-large", Ct)).ShouldContain("1 MiB");
        await kind.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media", Ct);
        await empty.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media", Ct);
    }

    [Theory]
    [InlineData(1000, 0, UploadKind.Whole, FailureCode.Conflict)]
    [InlineData(1000, 0, UploadKind.Final, null)]
    [InlineData(0, 5, UploadKind.Whole, FailureCode.Conflict)]
    [InlineData(999, 4, UploadKind.Whole, null)]
    public void What_is_open_already_counts(int uploads, int runs, UploadKind kind, FailureCode? expected)
    {
        var wish = new UploadSession { Id = Guid.NewGuid(), OwnerId = "x", Name = "a.mp4", Length = 10, Kind = kind, CreatedAt = default, ExpiresAt = default };
        FailureCode? code = null;
        try
        {
            UploadRules.CheckUsage(wish, new UploadUsage(uploads, 0, 0, runs), new SubmitLimits { MaxOpenRuns = 5 }, 1000, Actor.System);
        }
        catch (VettingException e)
        {
            code = e.Code;
        }

        code.ShouldBe(expected);
    }

    [Fact]
    public async Task What_expired_is_gone_with_its_bytes()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);
        using var piece = await client.PatchAsync(address, 0, Piece(Noise(10)), Ct);
        var store = app.Services.GetRequiredService<IUploadStore>();
        var session = await store.GetAsync(Guid.ParseExact(address[(address.LastIndexOf('/') + 1)..], "N"), Ct);
        await store.UpdateAsync(session! with { ExpiresAt = TimeProvider.System.GetUtcNow().AddSeconds(-1) }, Ct);

        using var head = await client.TusAsync("HEAD", address, [], null, Ct);
        var swept = await app.Services.GetRequiredService<UploadDesk>().SweepAsync(Ct);

        head.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        swept.ShouldBeInRange(0, 1);
        (await store.GetAsync(session!.Id, Ct)).ShouldBeNull();
        File.Exists(Path.Combine(app.Folder, "blobs", "uploads", $"{session.Id:N}.part")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_newer_connection_takes_over_from_one_that_hangs()
    {
        var bytes = Noise(2000);
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", bytes.Length, Ct);
        using var hanging = new BrokenContent(bytes.AsMemory(0, 500), hangs: true);
        var first = client.PatchAsync(address, 0, hanging, Ct);
        await ArrivedAsync(app.Folder, address, 499);

        var stand = await client.StandAsync(address, Ct);
        using var rest = await client.PatchAsync(address, stand.Offset, Piece(bytes.AsSpan((int)stand.Offset)), Ct);
        hanging.Release();

        RunOf(rest).ShouldNotBeNull();
        (await RunAsync(client, RunOf(rest)!.Value)).Sha256.ShouldBe(Hash(bytes));
        await Should.ThrowAsync<Exception>(async () => (await first).EnsureSuccessStatusCode());
    }

    private async Task<HttpClient> SignInAsync() => await app.SignInAsync($"up-{Guid.NewGuid():N}", [Roles.Submitter], Ct);

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(Seed + bytes).NextBytes(noise);
        return noise;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Task<RunBody> RunAsync(HttpClient client, RunId id) => client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", Ct);

    private static async Task<RunId> SendAsync(HttpClient client, string name, byte[] bytes)
    {
        var address = await client.CreateUploadAsync(name, bytes.Length, Ct);
        using var answer = await client.PatchAsync(address, 0, Piece(bytes), Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Ct));
        return RunOf(answer)!.Value;
    }

    /// <summary>Sends pieces whose connections break after some of their bytes have arrived; where the server stood after each.</summary>
    private static async Task<List<long>> SendBrokenAsync(HttpClient client, string folder, string address, byte[] bytes, int cuts, Func<Task> afterCut)
    {
        var random = new Random(Seed);
        var stops = new List<long> { 0 };
        for (var cut = 0; cut < cuts; cut++)
        {
            var from = (int)stops[^1];
            var most = Math.Max(2, (bytes.Length - from - 1) / (cuts - cut));
            using var content = new BrokenContent(bytes.AsMemory(from, random.Next(most / 2, most)), hangs: true);
            var sending = client.PatchAsync(address, from, content, Ct);
            await ArrivedAsync(folder, address, from);
            content.Release();
            await Should.ThrowAsync<Exception>(async () => (await sending).EnsureSuccessStatusCode());
            await afterCut();
            stops.Add((await client.StandAsync(address, Ct)).Offset);
        }

        return stops;
    }

    /// <summary>Waits until more than so many bytes are on the disk.</summary>
    private static async Task ArrivedAsync(string folder, string address, long than)
    {
        var file = new FileInfo(Path.Combine(folder, "blobs", "uploads", $"{address[(address.LastIndexOf('/') + 1)..]}.part"));
        do
        {
            await Task.Delay(20, Ct);
            file.Refresh();
        }
        while (!file.Exists || file.Length <= than);
    }

    private static async Task SetLimitsAsync(AppHost host, Func<SubmitLimits, SubmitLimits> change)
    {
        var store = host.Services.GetRequiredService<ISettingsStore>();
        var current = await store.CurrentAsync(Ct);
        (await store.TrySaveAsync(current.Settings with { Limits = change(current.Settings.Limits) }, current.Number, Actor.System, "test", Ct)).ShouldNotBeNull();
    }
}
