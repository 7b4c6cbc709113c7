using System.Globalization;
using System.Net;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using static Framevet.Web.Tests.Api.TusCalls;

namespace Framevet.Web.Tests.Api;

/// <summary>Every MUST that the core of the tus protocol, version 1.0, asks of a server.</summary>
public sealed class TusSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Options_tell_versions_extensions_size_and_algorithms_and_ask_for_no_version()
    {
        using var client = await SignInAsync();

        using var answer = await client.TusAsync("OPTIONS", WebPaths.Uploads, [("Tus-Resumable", null)], null, Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Header("Tus-Version").ShouldBe("1.0.0");
        answer.Header("Tus-Extension")!.Split(',').ShouldBe(
            ["creation", "creation-with-upload", "creation-defer-length", "expiration", "checksum", "termination", "concatenation"], ignoreOrder: true);
        answer.Header("Tus-Max-Size").ShouldBe((2048L << 20).ToString(CultureInfo.InvariantCulture));
        answer.Header("Tus-Checksum-Algorithm")!.Split(',').ShouldContain("sha1");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.2.2")]
    [InlineData("1.0.1")]
    public async Task Another_version_is_refused_with_ours_and_nothing_is_done(string? version)
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        foreach (var (method, target) in new[] { ("POST", WebPaths.Uploads), ("HEAD", address), ("PATCH", address), ("DELETE", address) })
        {
            using var answer = await client.TusAsync(method, target, [("Tus-Resumable", version), ("Upload-Length", "10"), ("Upload-Offset", "0")], method == "PATCH" ? Piece(Bytes) : null, Ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed, method);
            answer.Header("Tus-Version").ShouldBe("1.0.0");
            answer.Header("Tus-Resumable").ShouldBe("1.0.0");
        }

        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
    }

    [Fact]
    public async Task Every_answer_names_the_version_also_failures()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        foreach (var (method, target) in new[] { ("HEAD", address), ("HEAD", $"{WebPaths.Uploads}/{Guid.NewGuid():N}"), ("POST", WebPaths.Uploads), ("DELETE", $"{WebPaths.Uploads}/nothing"), ("PATCH", address) })
        {
            using var answer = await client.TusAsync(method, target, [], null, Ct);
            answer.Header("Tus-Resumable").ShouldBe("1.0.0", $"{method} {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_head_tells_offset_length_and_metadata_and_is_never_stored()
    {
        using var client = await SignInAsync();
        var metadata = Metadata(("filename", "ä b.mp4"), ("note", "x"));
        var address = await client.CreateUploadAsync("", 1000, Ct, ("Upload-Metadata", metadata));
        using (await client.PatchAsync(address, 0, Piece(Bytes.AsSpan(0, 300)), Ct))
        {
        }

        using var answer = await client.TusAsync("HEAD", address, [], null, Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        Number(answer, "Upload-Offset").ShouldBe(300);
        Number(answer, "Upload-Length").ShouldBe(1000);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Header("Upload-Metadata").ShouldBe(metadata);
    }

    [Fact]
    public async Task An_upload_that_is_not_there_or_not_yours_is_not_found_and_has_no_offset()
    {
        using var client = await SignInAsync();
        using var other = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        foreach (var (who, target) in new[] { (client, $"{WebPaths.Uploads}/{Guid.NewGuid():N}"), (other, address) })
        {
            using var head = await who.TusAsync("HEAD", target, [], null, Ct);
            using var patch = await who.PatchAsync(target, 0, Piece(Bytes), Ct);
            using var delete = await who.TusAsync("DELETE", target, [], null, Ct);

            new[] { head.StatusCode, patch.StatusCode, delete.StatusCode }.ShouldAllBe(s => s == HttpStatusCode.NotFound);
            head.Header("Upload-Offset").ShouldBeNull();
        }

        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
    }

    [Fact]
    public async Task A_piece_of_another_type_is_refused()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);
        using var content = new ByteArrayContent(Bytes);

        using var answer = await client.PatchAsync(address, 0, content, Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
    }

    [Theory]
    [InlineData("1", HttpStatusCode.Conflict)]
    [InlineData("999", HttpStatusCode.Conflict)]
    [InlineData("-1", HttpStatusCode.BadRequest)]
    [InlineData("zero", HttpStatusCode.BadRequest)]
    [InlineData(null, HttpStatusCode.BadRequest)]
    public async Task A_piece_that_does_not_fit_on_changes_nothing(string? offset, HttpStatusCode status)
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        using var answer = await client.TusAsync("PATCH", address, [("Upload-Offset", offset)], Piece(Bytes.AsSpan(0, 10)), Ct);

        answer.StatusCode.ShouldBe(status);
        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
    }

    [Fact]
    public async Task A_piece_is_answered_with_the_new_offset_and_when_it_expires()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        using var answer = await client.PatchAsync(address, 0, Piece(Bytes.AsSpan(0, 400)), Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Number(answer, "Upload-Offset").ShouldBe(400);
        DateTimeOffset.ParseExact(answer.Header("Upload-Expires")!, "R", CultureInfo.InvariantCulture).ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddHours(1));
    }

    [Fact]
    public async Task A_piece_beyond_the_length_is_refused_whole()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 500, Ct);

        using var answer = await client.PatchAsync(address, 0, Piece(Bytes), Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
    }

    private Task<HttpClient> SignInAsync() => app.SignInAsync($"tus-{Guid.NewGuid():N}", [Roles.Submitter], Ct);
}
