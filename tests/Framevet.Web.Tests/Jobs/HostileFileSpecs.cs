using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Jobs;

/// <summary>Files that are made to hurt, given to a real server: it stays up, names each, tells nothing of its own files and reaches nobody.</summary>
public sealed class HostileFileSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 1_200_000)]
    [InlineData(2)]
    [InlineData(300)]
    public async Task Hostile_and_damaged_files_end_by_name_while_the_server_goes_on(int damaged)
    {
        LongTests.Only(damaged > 2, "Hundreds of runs.");
        using var folder = new TemporaryFolder();
        using var files = new TemporaryFolder();
        await using var outside = CountingServer.Start(_ => LoopbackAnswer.File("#EXTM3U\n"u8.ToArray(), "application/vnd.apple.mpegurl"));
        var secret = $"canary-{Guid.NewGuid():N}";
        var canary = files.Write("canary.txt", Encoding.UTF8.GetBytes(secret));
        string[] hostile = [.. Named(canary, outside, isAll: damaged > 2).Select(f => files.Write(f.Name, f.Bytes))];
        string[] broken = [.. Enumerable.Range(0, damaged).Select(i => files.Write($"damaged-{i}.mp4", Damaged(i, outside.At("/leak").ToString())))];
        var sound = TestMedia.Path("tiny-320x240.mp4");
        await using var server = new ServerProcess(folder.Path);
        await server.StartAsync(Ct);
        await server.SetUpAsync(Ct);

        var refused = new List<RefusedFile>();
        var runs = new List<RunId>();
        foreach (var batch in hostile.Concat(broken).Append(sound).Chunk(50))
        {
            using var answer = await server.Client.UploadAsync(batch, null, Ct);
            var body = await answer.ReadAsync<SubmitBody>(Ct);
            refused.AddRange(body.Refused);
            runs.AddRange(body.Runs.Select(r => r.Id));
        }

        var ended = new List<RunBody>();
        foreach (var run in runs)
        {
            ended.Add(await EndAsync(server, run));
            (await server.Client.GetStringAsync(new Uri("/healthz/live", UriKind.Relative), Ct)).ShouldBe("Healthy");
        }

        // Each is accounted for, in a sentence that begins with its name.
        (refused.Count + ended.Count).ShouldBe(hostile.Length + broken.Length + 1);
        refused.ShouldAllBe(r => r.Detail.Contains(r.SourceName, StringComparison.Ordinal));
        ended.Where(r => r.State == RunState.Failed).ShouldAllBe(r => r.Reason.StartsWith(r.SourceName, StringComparison.Ordinal));
        foreach (var file in hostile.Select(Path.GetFileName))
        {
            var end = ended.SingleOrDefault(r => r.SourceName == file);
            (end is null || end.State == RunState.Failed).ShouldBeTrue($"{file}: {end?.State} {end?.Reason}");
            end?.Failure.ShouldBeOneOf([FailureCode.SourceRefused, FailureCode.UnsupportedMedia, FailureCode.SourceTooLarge], file);
        }

        ended.Single(r => r.SourceName == Path.GetFileName(sound)).State.ShouldBeOneOf(RunState.Done, RunState.AwaitingReview);
        foreach (var run in ended)
        {
            run.Failure.ShouldNotBe(FailureCode.Unexpected, run.Reason);
            run.Failure.ShouldNotBe(FailureCode.ToolStalled, run.Reason);
        }

        // No byte of the server's files came in, and nobody outside heard of it.
        outside.Connections.ShouldBe(0);
        server.Output.ShouldNotContain(secret);
        await server.StopAsync(Ct);
        Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Where(f => File.ReadAllBytes(f).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0).ShouldBeEmpty();
        TestContext.Current.TestOutputHelper?.WriteLine($"{hostile.Length} hostile and {broken.Length} damaged files: {refused.Count} refused at the door, {ended.Count(r => r.State == RunState.Failed)} failed by name, {ended.Count(r => r.State != RunState.Failed)} gave frames");
    }

    private static async Task<RunBody> EndAsync(ServerProcess server, RunId id)
    {
        RunBody run;
        do
        {
            await Task.Delay(50, Ct);
            run = await server.Client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", Ct);
        }
        while (!run.State.IsFinal() && run.State != RunState.AwaitingReview);
        return run;
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Named(string canary, CountingServer outside, bool isAll)
    {
        var url = outside.At("/leak.ts");
        yield return ("screen.gif", Gif(65535, 65535, 1, 1));
        yield return ("picture.gif", Gif(1, 1, 65535, 65535));
        yield return ("growing.gif", [.. Gif(16, 16, 1, 1)[..^1], .. Gif(16, 16, 60_000, 60_000).AsSpan(19)]);
        yield return ("huge.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
        yield return ("bomb.zip", Bomb());
        foreach (var (target, what) in new[] { ($"file://{canary}", "file"), (url.ToString(), "http"), (canary, "path"), ($"concat:{url}|{canary}", "chain") }.Take(isAll ? 4 : 2))
        {
            byte[] list = Encoding.UTF8.GetBytes($"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n");
            yield return ($"list-{what}.mp4", list);
            yield return ($"list-{what}.ts", list);
            yield return ($"tagged-{what}.mp4", [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0, .. list]);
            yield return ($"boxed-{what}.mp4", [0, 0, 0, 16, .. "ftypisom"u8, 0, 0, 2, 0, .. list]);
            yield return ($"script-{what}.mp4", Encoding.UTF8.GetBytes($"ffconcat version 1.0\nfile '{target}'\n"));
            yield return ($"drawing-{what}.png", Encoding.UTF8.GetBytes($"<svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink' width='9' height='9'><image x:href='{target}' width='9' height='9'/></svg>"));
            yield return ($"dash-{what}.mp4", Encoding.UTF8.GetBytes($"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><Period><AdaptationSet><Representation><BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>"));
        }

        yield return ("session.mp4", Encoding.UTF8.GetBytes($"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\na=control:rtsp://127.0.0.1:{outside.Port}/x\r\nm=video {outside.Port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"));
    }

    /// <summary>A complete GIF of 35 bytes.</summary>
    private static byte[] Gif(int width, int height, int pictureWidth, int pictureHeight)
    {
        byte[] gif = [.. "GIF89a"u8, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x2C, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0, 0x3B];
        foreach (var (at, value) in new[] { (6, width), (8, height), (24, pictureWidth), (26, pictureHeight) })
        {
            BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(at), (ushort)value);
        }

        return gif;
    }

    /// <summary>A zip of 300 KB that unpacks to 300 MB.</summary>
    private static byte[] Bomb()
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("1.bmp", CompressionLevel.Optimal).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 300; i++)
            {
                entry.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Damaged(int seed, string address)
    {
        string[] originals = ["tiny-320x240.mp4", "one-frame.mp4", "odd-dimensions-161x121.webm", "all-black-25s.mp4", "photo-surfer.jpg", "transparent-lizard.png", "portrait-720x1080.mp4", "vp9-10bit-240p.webm"];
        return MediaMutation.Of(File.ReadAllBytes(TestMedia.Path(originals[seed % originals.Length])), File.ReadAllBytes(TestMedia.Path(originals[(seed + 3) % originals.Length])), address, seed);
    }
}
