using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using static Framevet.Web.Tests.Api.TusCalls;

namespace Framevet.Web.Tests.Api;

/// <summary>Every MUST that the extensions of the tus protocol ask of a server that has them: creation, checksum, termination, concatenation.</summary>
public sealed class TusExtensionSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1000", "1")]
    [InlineData(null, null)]
    [InlineData("-5", null)]
    [InlineData("many", null)]
    [InlineData(null, "2")]
    [InlineData(null, "true")]
    public async Task Creation_wants_a_length_or_leaves_it_open_but_not_both(string? length, string? defer)
    {
        using var client = await SignInAsync();

        using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", length), ("Upload-Defer-Length", defer), ("Upload-Metadata", Metadata(("filename", "a.mp4")))], null, Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_length_above_the_limit_is_refused_before_the_first_byte()
    {
        using var client = await SignInAsync();

        using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", (3L << 30).ToString(CultureInfo.InvariantCulture)), ("Upload-Metadata", Metadata(("filename", "a.mp4")))], null, Ct);

        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "source-too-large", Ct);
    }

    [Theory]
    [InlineData("filename")]
    [InlineData("filename YQ==,filename YQ==")]
    [InlineData("filename !!!")]
    [InlineData("filename a b")]
    [InlineData("")]
    public async Task Damaged_metadata_are_refused(string metadata)
    {
        using var client = await SignInAsync();

        using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "10"), ("Upload-Metadata", metadata)], null, Ct);

        ((int)answer.StatusCode).ShouldBeOneOf(400, 415);
    }

    [Fact]
    public async Task A_length_left_open_is_told_as_open_then_set_once()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", null, Ct);
        using (var open = await client.TusAsync("HEAD", address, [], null, Ct))
        {
            open.Header("Upload-Defer-Length").ShouldBe("1");
            open.Header("Upload-Length").ShouldBeNull();
        }

        using var first = await client.PatchAsync(address, 0, Piece(Bytes.AsSpan(0, 100)), Ct, ("Upload-Length", "1000"));
        using var changed = await client.PatchAsync(address, 100, Piece(Bytes.AsSpan(0, 100)), Ct, ("Upload-Length", "900"));
        using var head = await client.TusAsync("HEAD", address, [], null, Ct);

        first.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        changed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (Number(head, "Upload-Length"), Number(head, "Upload-Offset")).ShouldBe((1000, 100));
        head.Header("Upload-Defer-Length").ShouldBeNull();
    }

    [Fact]
    public async Task Creation_can_bring_the_first_bytes()
    {
        using var client = await SignInAsync();

        using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "1000"), ("Upload-Metadata", Metadata(("filename", "a.mp4")))], Piece(Bytes.AsSpan(0, 250)), Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        Number(answer, "Upload-Offset").ShouldBe(250);
        (await client.StandAsync(answer.Headers.Location!.ToString(), Ct)).Offset.ShouldBe(250);
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    [InlineData("md5")]
    public async Task A_piece_that_does_not_match_its_checksum_is_thrown_away(string algorithm)
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);
        var piece = Bytes.AsSpan(0, 500).ToArray();
#pragma warning disable CA5350, CA5351 // The protocol names these algorithms; they guard against accidents, not against people.
        var right = Convert.ToBase64String(algorithm switch { "sha1" => SHA1.HashData(piece), "sha256" => SHA256.HashData(piece), _ => MD5.HashData(piece) });
#pragma warning restore CA5350, CA5351
        piece[7] ^= 1;
        using var wrong = await client.PatchAsync(address, 0, Piece(piece), Ct, ("Upload-Checksum", $"{algorithm} {right}"));
        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
        piece[7] ^= 1;

        using var good = await client.PatchAsync(address, 0, Piece(piece), Ct, ("Upload-Checksum", $"{algorithm} {right}"));

        ((int)wrong.StatusCode).ShouldBe(460);
        good.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.StandAsync(address, Ct)).Offset.ShouldBe(500);
    }

    [Theory]
    [InlineData("crc32 AAAA")]
    [InlineData("sha1")]
    [InlineData("sha1 AAAA")]
    [InlineData("sha256 not*base64")]
    public async Task A_checksum_that_cannot_be_checked_is_refused(string checksum)
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        using var answer = await client.PatchAsync(address, 0, Piece(Bytes), Ct, ("Upload-Checksum", checksum));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.StandAsync(address, Ct)).Offset.ShouldBe(0);
    }

    [Fact]
    public async Task A_terminated_upload_is_gone_with_its_bytes()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);
        using var piece = await client.PatchAsync(address, 0, Piece(Bytes.AsSpan(0, 10)), Ct);

        using var answer = await client.TusAsync("DELETE", address, [], null, Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var head = await client.TusAsync("HEAD", address, [], null, Ct);
        head.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        File.Exists(Path.Combine(app.Folder, "blobs", "uploads", $"{address[(address.LastIndexOf('/') + 1)..]}.part")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_method_can_be_named_in_a_header()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);

        using var patch = await client.TusAsync("POST", address, [("X-HTTP-Method-Override", "PATCH"), ("Upload-Offset", "0")], Piece(Bytes.AsSpan(0, 10)), Ct);
        using var delete = await client.TusAsync("POST", address, [("X-HTTP-Method-Override", "DELETE")], null, Ct);

        patch.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        delete.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task The_header_that_names_the_method_does_not_get_around_the_token_of_our_pages()
    {
        using var client = await SignInAsync();
        var address = await client.CreateUploadAsync("a.mp4", 1000, Ct);
        client.DefaultRequestHeaders.Remove(WebPaths.CsrfHeader);

        using var answer = await client.TusAsync("GET", address, [("X-HTTP-Method-Override", "DELETE")], null, Ct);

        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", Ct);
    }

    [Fact]
    public async Task Parts_are_put_together_in_their_order_and_the_whole_takes_no_bytes()
    {
        using var client = await SignInAsync();
        var parts = new List<string>();
        foreach (var piece in new[] { Bytes.AsMemory(0, 600), Bytes.AsMemory(600) })
        {
            parts.Add(await client.CreateUploadAsync("part", piece.Length, Ct, ("Upload-Concat", "partial")));
            using var sent = await client.PatchAsync(parts[^1], 0, Piece(piece.Span), Ct);
            sent.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            using var head = await client.TusAsync("HEAD", parts[^1], [], null, Ct);
            head.Header("Upload-Concat").ShouldBe("partial");
        }

        var concat = $"final;{parts[0]} http://localhost{parts[1]}";
        using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Concat", concat), ("Upload-Metadata", Metadata(("filename", "whole.mp4")))], null, Ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var whole = answer.Headers.Location!.ToString();
        using var final = await client.TusAsync("HEAD", whole, [], null, Ct);
        (Number(final, "Upload-Length"), final.Header("Upload-Concat")).ShouldBe((1000, concat));
        var run = await client.GetJsonAsync<Web.Api.RunBody>($"{WebPaths.Runs}/{RunOf(final)}", Ct);
        run.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Bytes)));
        using var more = await client.PatchAsync(whole, 1000, Piece(Bytes.AsSpan(0, 1)), Ct);
        more.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Parts_that_are_not_complete_no_parts_or_named_with_a_length_make_no_whole()
    {
        using var client = await SignInAsync();
        var half = await client.CreateUploadAsync("part", 10, Ct, ("Upload-Concat", "partial"));
        var whole = await client.CreateUploadAsync("a.mp4", 10, Ct);

        foreach (var (concat, length) in new[] { ($"final;{half}", null), ($"final;{whole}", null), ("final;", null), ("final;/x", null), ($"final;{half}", "10"), ("both", "10") })
        {
            using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Concat", concat), ("Upload-Length", length), ("Upload-Metadata", Metadata(("filename", "w.mp4")))], null, Ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, concat);
        }
    }

    [Fact]
    public async Task Nobody_creates_without_the_right_and_a_key_needs_its_scope()
    {
        using var reviewer = await app.SignInAsync($"rev-{Guid.NewGuid():N}", [Roles.Auditor], Ct);
        using var reader = await app.KeyClientAsync($"read-{Guid.NewGuid():N}", [Roles.Submitter], [Scopes.RunsRead], Ct);
        using var writer = await app.KeyClientAsync($"write-{Guid.NewGuid():N}", [Roles.Submitter], [Scopes.RunsWrite], Ct);

        foreach (var (client, status) in new[] { (reviewer, HttpStatusCode.Forbidden), (reader, HttpStatusCode.Forbidden), (writer, HttpStatusCode.Created) })
        {
            using var answer = await client.TusAsync("POST", WebPaths.Uploads, [("Upload-Length", "10"), ("Upload-Metadata", Metadata(("filename", "a.mp4")))], null, Ct);
            answer.StatusCode.ShouldBe(status);
        }
    }

    private Task<HttpClient> SignInAsync() => app.SignInAsync($"tus-{Guid.NewGuid():N}", [Roles.Submitter], Ct);
}
