using Framevet.Pipeline.Storage;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Storage;

/// <summary>A bucket of a real server of the protocol, over a wire that breaks and damages.</summary>
public sealed class S3BlobStoreSpecs(S3BlobStoreSpecs.Service service) : IClassFixture<S3BlobStoreSpecs.Service>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task What_is_put_is_read_back_listed_replaced_and_removed()
    {
        using var folder = new TemporaryFolder();
        using var store = service.Store(folder);

        await store.PutAsync("frames/run1/-12.jpg", "one"u8.ToArray(), Ct);
        await store.PutAsync("frames/run1/-12.jpg", "two!"u8.ToArray(), Ct);
        await store.PutAsync("frames/run1/7.jpg", Array.Empty<byte>(), Ct);
        await store.PutAsync("frames/run2/7.jpg", "x"u8.ToArray(), Ct);

        (await TextAsync(store, "frames/run1/-12.jpg")).ShouldBe("two!");
        (await store.BytesAsync("frames/run1/7.jpg", Ct)).ShouldBe(0);
        (await TextAsync(store, "frames/run1/7.jpg")).ShouldBe("");
        (await store.KeysAsync("frames/run1", Ct)).ShouldBe(["frames/run1/-12.jpg", "frames/run1/7.jpg"]);
        (await store.FoldersAsync("frames", Ct)).ShouldBe(["run1", "run2"]);
        (await store.KeysAsync("exports/none", Ct)).ShouldBeEmpty();

        await store.DeleteAsync("frames/run1/7.jpg", Ct);
        await store.DeleteAsync("frames/run1/7.jpg", Ct);
        (await store.ExistsAsync("frames/run1/7.jpg", Ct)).ShouldBeFalse();
        (await store.OpenReadAsync("frames/run1/7.jpg", Ct)).ShouldBeNull();
        (await store.BytesAsync("frames/run1/7.jpg", Ct)).ShouldBeNull();
        (await Should.ThrowAsync<VettingException>(() => store.LocalPathAsync("frames/run1/7.jpg", Ct))).Code.ShouldBe(FailureCode.SourceUnavailable);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_large_file_goes_in_parts_is_taken_and_is_copied_once_for_tools()
    {
        using var folder = new TemporaryFolder();
        using var store = service.Store(folder);
        var content = Noise(13 << 20, 1);
        var key = MediaKey(content);

        await store.TakeFileAsync(key, folder.Write("film.mp4", content), Ct);
        var path = await store.LocalPathAsync(key, Ct);

        File.Exists(folder["film.mp4"]).ShouldBeFalse();
        File.ReadAllBytes(path).ShouldBe(content);
        (await store.BytesAsync(key, Ct)).ShouldBe(content.Length);
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.LocalPathAsync(key, Ct)));
        paths.ShouldAllBe(p => p == path);
        Directory.GetFiles(folder["local/copies"]).ShouldBe([path]);

        // Other bytes under the same key are other bytes.
        await store.PutAsync(key, "replaced"u8.ToArray(), Ct);
        File.ReadAllText(await store.LocalPathAsync(key, Ct)).ShouldBe("replaced");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_wire_that_breaks_loses_nothing_in_either_direction()
    {
        using var folder = new TemporaryFolder();
        await using var wire = new FaultyWire(service.Server.Port);
        using var store = service.Store(folder, wire.Port);
        var content = Noise(12 << 20, 2);
        var key = MediaKey(content);

        wire.Cut(isUp: true, after: 3 << 20, times: 2);
        await store.TakeFileAsync(key, folder.Write("film.mp4", content), Ct);
        wire.Done.ShouldBe(2);
        wire.Cut(isUp: false, after: 5 << 20, times: 2);
        var path = await store.LocalPathAsync(key, Ct);

        wire.Done.ShouldBe(4);
        File.ReadAllBytes(path).ShouldBe(content);
        Directory.GetFiles(folder["local/copies"]).ShouldBe([path]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Bytes_that_change_on_the_way_are_noticed_and_sent_again()
    {
        using var folder = new TemporaryFolder();
        await using var wire = new FaultyWire(service.Server.Port);
        using var store = service.Store(folder, wire.Port);
        var content = Noise(6 << 20, 3);
        var key = MediaKey(content);

        wire.Damage(isUp: true, at: 2 << 20, times: 1);
        await store.TakeFileAsync(key, folder.Write("film.mp4", content), Ct);
        wire.Done.ShouldBe(1);
        wire.Damage(isUp: false, at: 3 << 20, times: 1);
        File.ReadAllBytes(await store.LocalPathAsync(key, Ct)).ShouldBe(content);
        wire.Done.ShouldBe(2);
    }

    [Fact(Timeout = 60_000)]
    public async Task Bytes_that_stay_wrong_are_refused_and_leave_no_copy()
    {
        using var folder = new TemporaryFolder();
        using var store = service.Store(folder);
        var key = MediaKey("what it should be"u8.ToArray());
        await service.WriteAsync($"store/{key}", "what it is now", Ct);

        var trouble = await Should.ThrowAsync<VettingException>(() => store.LocalPathAsync(key, Ct));

        trouble.Code.ShouldBe(FailureCode.BackendUnavailable);
        trouble.Message.ShouldContain(key);
        Directory.GetFiles(folder["local/copies"]).ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_service_that_is_gone_is_told_and_the_file_stays()
    {
        using var folder = new TemporaryFolder();
        await using var wire = new FaultyWire(service.Server.Port);
        using var store = service.Store(folder, wire.Port);
        var film = folder.Write("film.mp4", Noise(6 << 20, 4));

        wire.Cut(isUp: true, after: 0, times: int.MaxValue);
        var trouble = await Should.ThrowAsync<VettingException>(() => store.TakeFileAsync("media/ab/abcd", film, Ct));

        trouble.Code.ShouldBe(FailureCode.BackendUnavailable);
        trouble.IsTransient.ShouldBeTrue();
        File.Exists(film).ShouldBeTrue();
        (await service.Store(folder).ExistsAsync("media/ab/abcd", Ct)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("nobucket", "S3RVER", "nobucket")]
    [InlineData(S3Server.Bucket, "wrong", "refuses")]
    public async Task Wrong_settings_are_named(string bucket, string key, string told)
    {
        using var folder = new TemporaryFolder();
        var options = service.Server.Options();
        (options.Bucket, options.AccessKey) = (bucket, key);
        using var store = new S3BlobStore(options, folder["local"], TimeProvider.System);

        (await Should.ThrowAsync<VettingException>(() => store.PutAsync("thumbs/a/1.jpg", "x"u8.ToArray(), Ct))).Message.ShouldContain(told);
        Should.Throw<ArgumentException>(() => new S3BlobStore(new S3Options(), folder["local"], TimeProvider.System)).Message.ShouldContain("Bucket");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_signed_address_gives_the_file_for_a_while_to_whoever_has_it()
    {
        using var folder = new TemporaryFolder();
        var options = service.Server.Options();
        using var closed = new S3BlobStore(options, folder["local"], TimeProvider.System);
        await closed.PutAsync("exports/a.zip", "content"u8.ToArray(), Ct);
        (await closed.AddressAsync("exports/a.zip", "Zoë's picks.zip", Ct)).ShouldBeNull();

        options.DirectDownloads = true;
        using var open = new S3BlobStore(options, folder["local"], TimeProvider.System);
        var address = (await open.AddressAsync("exports/a.zip", "Zoë's picks.zip", Ct)).ShouldNotBeNull();
        using var client = new HttpClient();
        using var answer = await client.GetAsync(address, Ct);
        using var altered = await client.GetAsync(new Uri(address.AbsoluteUri.Replace("a.zip", "b.zip", StringComparison.Ordinal)), Ct);

        (await answer.Content.ReadAsStringAsync(Ct)).ShouldBe("content");
        answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("Zoë's picks.zip");
        altered.IsSuccessStatusCode.ShouldBeFalse();
    }

    [Fact(Timeout = 60_000)]
    public async Task Copies_make_room_for_others_the_longest_unused_first_and_none_within_an_hour_of_its_use()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider();
        var options = service.Server.Options();
        options.CacheMegabytes = 2;
        using var store = new S3BlobStore(options, folder["local"], clock);
        var keys = Enumerable.Range(10, 4).Select(i => (Key: MediaKey(Noise(1 << 20, i)), Content: Noise(1 << 20, i))).ToArray();
        foreach (var (key, content) in keys)
        {
            await store.PutAsync(key, content, Ct);
        }

        var paths = new List<string>();
        foreach (var (key, _) in keys[..3])
        {
            paths.Add(await store.LocalPathAsync(key, Ct));
            clock.Advance(TimeSpan.FromMinutes(10));
        }

        // Three of one MiB where two may lie, but all were used just now.
        paths.ShouldAllBe(p => File.Exists(p));
        clock.Advance(TimeSpan.FromHours(2));
        await store.LocalPathAsync(keys[0].Key, Ct);
        var last = await store.LocalPathAsync(keys[3].Key, Ct);

        paths.Select(File.Exists).ShouldBe([true, false, false]);
        File.Exists(last).ShouldBeTrue();
        (await store.LocalPathAsync(keys[1].Key, Ct)).ShouldBe(paths[1]);
    }

    private static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string MediaKey(byte[] content) => Pipeline.Runs.RunIntake.MediaKey(S3BlobStore.Hash(content));

    private static async Task<string> TextAsync(S3BlobStore store, string key)
    {
        await using var stream = (await store.OpenReadAsync(key, Ct)).ShouldNotBeNull();
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Ct);
    }

    /// <summary>One server for the class.</summary>
    public sealed class Service : IAsyncLifetime
    {
        public S3Server Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await S3Server.StartAsync(TestContext.Current.CancellationToken);

        public S3BlobStore Store(TemporaryFolder folder, int? port = null) => new(Server.Options(port), folder["local"], TimeProvider.System);

        public async Task WriteAsync(string name, string text, CancellationToken ct)
        {
            // As somebody else would put it there: without our metadata.
            using var client = S3Client.Make(Server.Options());
            await client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest { BucketName = S3Server.Bucket, Key = name, ContentBody = text, UseChunkEncoding = false }, ct);
        }

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
