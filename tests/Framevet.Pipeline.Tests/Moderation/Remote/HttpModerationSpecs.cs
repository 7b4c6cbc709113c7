using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Moderation.Remote;

public sealed class HttpModerationSpecs
{
    private static readonly JpegCodec Jpeg = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Labels_are_read_from_a_list_and_mapped_and_strange_ones_go_to_people()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, """{"result":{"labels":[{"label":"nsfw","score":61},{"label":"ok","score":99},{"label":"odd","score":1}]}}"""), Ct);
        var backend = Backend(server, o => o with { LabelsPath = "result.labels", NameField = "label", ConfidenceField = "score", ConfidenceScale = 100 });

        var findings = await backend.InspectAsync(Picture(), Ct);

        findings.Select(f => (f.Label, f.Confidence)).ShouldBe([("nudity/explicit", 0.61), ("clean", 0.99), ("unmapped", 0.01)]);
        Policy().Decide(findings, ModerationTier.Precise).Decision.ShouldBe(Decision.Escalate);
    }

    [Fact]
    public async Task Labels_are_read_from_an_object_of_numbers()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, """{"labels":{"nsfw":0.02,"ok":0.98}}"""), Ct);

        var findings = await Backend(server).InspectAsync(Picture(), Ct);

        Policy().Decide(findings, ModerationTier.Precise).Decision.ShouldBe(Decision.Allow);
    }

    [Theory]
    [InlineData(PictureEncoding.Bytes)]
    [InlineData(PictureEncoding.Multipart)]
    [InlineData(PictureEncoding.JsonBase64)]
    public async Task The_picture_travels_as_the_service_wants_it_with_the_key(PictureEncoding send)
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, """{"labels":{}}"""), Ct);

        await Backend(server, o => o with { Send = send, Field = "photo", ApiKey = "Bearer secret" }).InspectAsync(Picture(), Ct);

        var request = server.Requests.Single();
        request.Headers["Authorization"].ShouldBe("Bearer secret");
        switch (send)
        {
            case PictureEncoding.Bytes:
                request.Headers["Content-Type"].ShouldBe("image/jpeg");
                request.Body.ShouldBe(Picture());
                break;
            case PictureEncoding.Multipart:
                request.Headers["Content-Type"].ShouldStartWith("multipart/form-data");
                request.Body.AsSpan().IndexOf(Picture()).ShouldBeGreaterThan(0);
                request.Body.AsSpan().IndexOf("photo"u8).ShouldBeGreaterThan(0);
                break;
            default:
                JsonDocument.Parse(request.Body).RootElement.GetProperty("photo").GetBytesFromBase64().ShouldBe(Picture());
                break;
        }
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"labels":7}""")]
    [InlineData(200, """{"labels":[{"name":"nsfw"}]}""")]
    [InlineData(200, """{"labels":{"nsfw":"much"}}""")]
    [InlineData(200, """{"labels":{"nsfw":7}}""")]
    [InlineData(301, "")]
    [InlineData(401, "")]
    [InlineData(429, "")]
    [InlineData(500, "")]
    [InlineData(0, "")]
    [InlineData(-1, "")]
    public async Task Whatever_goes_wrong_people_look(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (status, body), Ct);
        var cascade = new ModerationCascade([Backend(server)], Policy(), status < 0 ? TimeSpan.FromMilliseconds(150) : TimeSpan.FromMinutes(1), TimeProvider.System);

        (await cascade.JudgeAsync(Picture(), Ct)).Verdict.Decision.ShouldBe(Decision.Escalate);
    }

    private static ModerationPolicy Policy() => new(new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty });

    private static HttpModeration Backend(LoopbackServer server, Func<HttpModerationOptions, HttpModerationOptions>? change = null)
    {
        var options = new HttpModerationOptions { Endpoint = server.Address, MaxAttempts = 2, Labels = new Dictionary<string, string> { ["nsfw"] = "nudity/explicit", ["ok"] = "clean" } };
        return new HttpModeration(Options.Create(new ModerationOptions { Http = change is null ? options : change(options) }), new ModerationHttp(), Jpeg, TimeProvider.System);
    }

    private static byte[] Picture() => Jpeg.Encode(new RgbImage(120, 90, [.. Enumerable.Repeat((byte)90, 120 * 90 * 3)]), 80);
}
