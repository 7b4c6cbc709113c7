using System.Net;
using System.Net.Sockets;
using Framevet.Client;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Webhooks;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Client;

/// <summary>The .NET client against the real server.</summary>
public sealed class FramevetClientSpecs(KestrelHost app) : IClassFixture<KestrelHost>
{
    private const int Patience = 240_000;
    private static readonly string[] Everything = [.. Scopes.All];

    [Fact(Timeout = Patience)]
    public async Task A_file_is_sent_vetted_listed_and_downloaded()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var folder = new TemporaryFolder();
        using var framevet = await ConnectAsync("client-all", [Roles.Curator], ct);
        var shares = new List<double>();

        var id = await framevet.SubmitFileAsync(await ApiRun.ClipAsync(clips, ct), new SubmitChoice("Top 10 %"), new Shares(shares), ct);
        var states = new List<string>();
        await foreach (var change in framevet.WatchAsync(id, TimeSpan.FromMilliseconds(100), ct))
        {
            states.Add(change.State);
        }

        states[^1].ShouldBe(RunStates.Done);
        shares[^1].ShouldBe(1);
        var picks = new List<FrameFacts>();
        await foreach (var frame in framevet.AllFramesAsync(id, new FrameQuery(["selected"], Sort: "rank", Take: 1), ct))
        {
            picks.Add(frame);
        }

        picks.ShouldNotBeEmpty();
        picks.Select(p => p.Rank).ShouldBe(picks.Select(p => p.Rank).Order());
        var all = await framevet.FramesAsync(id, ct: ct);
        all.Total.ShouldBeGreaterThan(picks.Count);
        var score = all.Items[0].Scores.Keys.First();
        var middle = all.Items.Where(f => f.Scores.ContainsKey(score)).Select(f => f.Scores[score]).Order().ElementAt(all.Items.Count / 2);
        (await framevet.FramesAsync(id, new FrameQuery(Scores: new Dictionary<string, (double?, double?)> { [score] = (middle, null) }), ct)).Items.ShouldAllBe(f => f.Scores[score] >= middle);

        var export = await framevet.RequestExportAsync(id, name: "one-export", ct: ct);
        (await framevet.RequestExportAsync(id, name: "one-export", ct: ct)).Id.ShouldBe(export.Id, "the same name does nothing again");
        var path = Path.Combine(folder.Path, "picks.zip");
        var made = await framevet.DownloadAsync(export.Id, path, TimeSpan.FromMilliseconds(100), ct);
        new FileInfo(path).Length.ShouldBe(made.Bytes!.Value);
        File.Exists(path + ".part").ShouldBeFalse();

        // A file that the server has removed since: nobody waits for it.
        var exports = app.Services.GetRequiredService<IExportStore>();
        var order = (await exports.GetAsync(export.Id, ct))!;
        (await exports.TryUpdateAsync(order with { State = ExportState.Expired }, ExportState.Done, ct)).ShouldBeTrue();
        (await Should.ThrowAsync<FramevetException>(framevet.DownloadAsync(export.Id, folder["gone.zip"], ct: ct))).Message.ShouldContain("expired");
    }

    [Fact(Timeout = Patience)]
    public async Task A_broken_connection_goes_on_where_the_server_stands()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        var key = await app.KeyAsync("client-broken", [Roles.Submitter], Everything, ct);
        var clip = await clips.MakeAsync("large.mkv", "testsrc2=s=640x480:r=10:d=2", ["-c:v", "rawvideo", "-pix_fmt", "yuv420p"], ct);
        new FileInfo(clip).Length.ShouldBeGreaterThan(6 << 20);
        await using var cutter = new ConnectionCutter(app.Address.Port, bytesEach: 2 << 20);
        using var framevet = FramevetClient.Connect(new Uri($"http://127.0.0.1:{cutter.Port}"), key);

        var id = await framevet.SubmitFileAsync(clip, ct: ct);

        cutter.Cuts.ShouldBeGreaterThanOrEqualTo(3);
        using var direct = FramevetClient.Connect(app.Address, key);
        (await direct.RunAsync(id, ct)).Sha256.ShouldBe(await HashAsync(clip, ct));
    }

    [Fact(Timeout = Patience)]
    public async Task Another_program_goes_on_with_an_upload_that_was_begun()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var framevet = await ConnectAsync("client-resume", [Roles.Submitter], ct);
        var clip = await ApiRun.ClipAsync(clips, ct);
        var begun = await framevet.BeginUploadAsync(clip, ct: ct);

        var id = await framevet.ResumeUpload(begun.Address, clip).FinishAsync(ct: ct);

        (await framevet.RunAsync(id, ct)).Bytes.ShouldBe(new FileInfo(clip).Length);
        (await framevet.ResumeUpload(begun.Address, clip).FinishAsync(ct: ct)).ShouldBe(id, "a finished upload tells its run again");
    }

    [Fact(Timeout = Patience)]
    public async Task Several_files_go_in_one_request_and_the_refused_ones_are_named()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var folder = new TemporaryFolder();
        using var framevet = await ConnectAsync("client-many", [Roles.Submitter], ct);
        var text = Path.Combine(folder.Path, "notes.txt");
        await File.WriteAllTextAsync(text, "no video at all", ct);

        var answer = await framevet.SubmitFilesAsync([await ApiRun.ClipAsync(clips, ct), text], ct: ct);

        answer.Runs.Count.ShouldBe(1);
        answer.Refused.Single().SourceName.ShouldBe("notes.txt");
        (await framevet.RunsAsync(ct: ct)).Total.ShouldBe(1);
    }

    [Fact(Timeout = Patience)]
    public async Task Links_are_taken_once_for_each_name_and_refused_in_words()
    {
        var ct = TestContext.Current.CancellationToken;
        using var framevet = await ConnectAsync("client-links", [Roles.Submitter], ct);

        var refused = await Should.ThrowAsync<RefusedException>(() => framevet.SubmitLinksAsync(["file:///etc/passwd"], ct: ct));
        var links = await framevet.SubmitLinksAsync(["https://media.example.org/clip.mp4"], name: "once", ct: ct);
        var again = await framevet.SubmitLinksAsync(["https://media.example.org/clip.mp4"], name: "once", ct: ct);

        refused.Detail.ShouldNotBeNullOrEmpty();
        again.Single().Id.ShouldBe(links.Single().Id);
        (await framevet.LinksAsync(ct)).Length.ShouldBe(1);
    }

    [Fact(Timeout = Patience)]
    public async Task A_moderator_claims_and_decides()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var submitter = await ConnectAsync("client-submits", [Roles.Submitter], ct);
        using var moderator = await ConnectAsync("client-reviews", [Roles.Lead], ct);
        var id = await submitter.SubmitFileAsync(await ApiRun.ClipAsync(clips, ct), new SubmitChoice(RecipeJson: ApiRun.PeopleDecide), ct: ct);
        (await submitter.WaitAsync(id, TimeSpan.FromMilliseconds(100), ct)).State.ShouldBe(RunStates.AwaitingReview);

        var item = (await moderator.ClaimNextAsync(ct))!;
        item.RunId.ShouldBe(id);
        await moderator.ReleaseAsync(item, ct);
        await Should.ThrowAsync<ConflictException>(() => moderator.DecideAsync(item, new ReviewVerdict("allow", "clean", "false-alarm"), ct));
        item = (await moderator.ClaimNextAsync(ct))!;

        (await moderator.DecideAsync(item, new ReviewVerdict("block", "nudity", "against-policy"), ct)).ShouldBe("final");
        (await moderator.ClaimNextAsync(ct)).ShouldBeNull();
    }

    [Fact(Timeout = Patience)]
    public async Task Trouble_comes_as_an_exception_of_its_kind()
    {
        var ct = TestContext.Current.CancellationToken;
        using var reader = await ConnectAsync("client-trouble", [Roles.Submitter], ct, Scopes.RunsRead);
        using var stranger = FramevetClient.Connect(app.Address, "fv_unknown");

        (await Should.ThrowAsync<SignInRequiredException>(() => stranger.RunsAsync(ct: ct))).Type.ShouldBe("urn:framevet:sign-in-required");
        (await Should.ThrowAsync<NotAllowedException>(() => reader.SubmitLinksAsync(["https://media.example.org/clip.mp4"], ct: ct))).Status.ShouldBe(403);
        (await Should.ThrowAsync<MissingException>(() => reader.RunAsync(new string('0', 32), ct))).Type.ShouldBe("urn:framevet:not-found");
        (await Should.ThrowAsync<RefusedException>(() => reader.RunsAsync(take: 100_000, ct: ct))).Type.ShouldBe("urn:framevet:invalid-request");
    }

    [Fact]
    public void A_webhook_is_verified_by_its_bytes_secret_and_age()
    {
        var clock = new FakeTimeProvider();
        const string body = """{"type":"run.done","name":"Ä"}""";
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var header = WebhookSignature.Sign(body, "the secret", clock.GetUtcNow());
        var verifier = new WebhookVerifier("the secret", time: clock);

        verifier.IsValid(header, bytes).ShouldBeTrue();
        verifier.IsValid(header, [.. bytes, (byte)' ']).ShouldBeFalse();
        verifier.IsValid(header.Replace("v1=", "v1=0", StringComparison.Ordinal), bytes).ShouldBeFalse();
        verifier.IsValid(null, bytes).ShouldBeFalse();
        verifier.IsValid("nonsense", bytes).ShouldBeFalse();
        new WebhookVerifier("another secret", time: clock).IsValid(header, bytes).ShouldBeFalse();
        clock.Advance(TimeSpan.FromMinutes(6));
        verifier.IsValid(header, bytes).ShouldBeFalse();
    }

    private async Task<FramevetClient> ConnectAsync(string name, string[] roles, CancellationToken ct, params string[] scopes) =>
        FramevetClient.Connect(app.Address, await app.KeyAsync(name, roles, scopes.Length > 0 ? scopes : Everything, ct));

    private static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(file, ct));
    }

    /// <summary>Notes shares on the calling thread, unlike Progress.</summary>
    private sealed class Shares(List<double> shares) : IProgress<double>
    {
        public void Report(double value) => shares.Add(value);
    }

    /// <summary>Passes connections on to the server and cuts each one that has carried so many bytes.</summary>
    private sealed class ConnectionCutter : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _accepting;
        private readonly int _server;
        private readonly int _bytesEach;
        private int _cuts;

        public ConnectionCutter(int server, int bytesEach)
        {
            (_server, _bytesEach) = (server, bytesEach);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Cuts => Volatile.Read(ref _cuts);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Stop();
            await _accepting;
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            var serving = new List<Task>();
            try
            {
                while (true)
                {
                    serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                await Task.WhenAll(serving);
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using var near = client;
            using var far = new TcpClient();
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
                await Task.WhenAny(UpAsync(near.GetStream(), far.GetStream()), far.GetStream().CopyToAsync(near.GetStream(), _stop.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One of the two went away.
            }
        }

        private async Task UpAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[1 << 16];
            var carried = 0;
            try
            {
                for (int count; (count = await from.ReadAsync(buffer, _stop.Token)) > 0;)
                {
                    await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
                    carried += count;
                    if (carried >= _bytesEach)
                    {
                        Interlocked.Increment(ref _cuts);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // As above.
            }
        }
    }
}
