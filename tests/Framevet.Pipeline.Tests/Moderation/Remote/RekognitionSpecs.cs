using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Moderation.Remote;

/// <summary>Against a server that speaks the same protocol and refuses what is signed wrongly.</summary>
public sealed class RekognitionSpecs
{
    private const string Nothing = """{"ModerationLabels":[],"ModerationModelVersion":"7.0"}""";

    private static readonly JpegCodec Jpeg = new();
    private static readonly AwsKeys Keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, string> Errors => new()
    {
        { 400, """{"__type":"com.amazon#AccessDeniedException"}""" },
        { 400, """{"__type":"InvalidSignatureException"}""" },
        { 400, """{"__type":"InvalidImageFormatException"}""" },
        { 403, "" },
        { 404, "not json" },
        { 200, "not json" },
        { 200, "{}" },
        { 200, """{"ModerationLabels":null}""" },
        { 200, """{"ModerationLabels":[{"Confidence":"high","Name":"Explicit"}]}""" },
        { 200, """{"ModerationLabels":[{"Name":"Explicit"}]}""" },
        { 302, "" },
        { 400, """{"__type":"ThrottlingException"}""" },
        { 400, """{"__type":"ProvisionedThroughputExceededException"}""" },
        { 429, "" },
        { 500, "" },
        { 503, """{"__type":[]}""" },
        { 0, "" },
        { -1, "" },
    };

    [Fact]
    public void The_signature_of_the_documentation_s_parts_is_reproduced()
    {
        // The values were also signed by the vendor's own signer and agree with it.
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = "application/x-amz-json-1.1",
            ["host"] = "rekognition.eu-west-1.amazonaws.com",
            ["x-amz-date"] = "20260102T030405Z",
            ["x-amz-target"] = "RekognitionService.DetectModerationLabels",
        };
        var body = """{"Image":{"Bytes":"AAAA"},"MinConfidence":50}"""u8;

        AwsSignature.Signature(headers, body, "secretEXAMPLE", "20260102T030405Z", "eu-west-1", "rekognition").ShouldBe(SignerOfVendor(headers, body.ToArray()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("session/token+of==temporary keys")]
    public async Task Each_call_is_signed_with_the_session_token_when_there_is_one(string? token)
    {
        var keys = Keys with { Token = token };
        await using var server = await LoopbackServer.StartAsync((_, headers, body) => IsSigned(headers, body, keys) ? (200, Nothing) : (400, """{"__type":"InvalidSignatureException"}"""), Ct);
        var wrong = Backend(server, keys with { SecretKey = "other" });

        (await Backend(server, keys).InspectAsync(Picture(), Ct)).ShouldBeEmpty();
        (await Should.ThrowAsync<VettingException>(() => wrong.InspectAsync(Picture(), Ct))).Message.ShouldContain("InvalidSignatureException");

        var request = server.Requests.First();
        (request.Method, request.Path).ShouldBe(("POST", "/"));
        request.Headers["X-Amz-Target"].ShouldBe("RekognitionService.DetectModerationLabels");
        request.Headers["Content-Type"].ShouldBe("application/x-amz-json-1.1");
        request.Headers.ContainsKey("X-Amz-Security-Token").ShouldBe(token is not null);
    }

    [Fact]
    public async Task Of_each_branch_the_lowest_label_counts_and_new_ones_keep_their_place()
    {
        const string answer = """
            {"ModerationModelVersion":"7.1","ModerationLabels":[
              {"Confidence":91.5,"Name":"Violence","ParentName":"","TaxonomyLevel":1},
              {"Confidence":91.5,"Name":"Graphic Violence","ParentName":"Violence","TaxonomyLevel":2},
              {"Confidence":91.5,"Name":"Blood & Gore","ParentName":"Graphic Violence","TaxonomyLevel":3},
              {"Confidence":40,"Name":"Chainsaw Duel","ParentName":"Graphic Violence","TaxonomyLevel":3},
              {"Confidence":12,"Name":"Alcohol","ParentName":"","TaxonomyLevel":1},
              {"Confidence":7,"Name":"Sorcery","ParentName":"","TaxonomyLevel":1}]}
            """;
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, answer), Ct);

        var findings = await Backend(server).InspectAsync(Picture(), Ct);

        findings.ShouldBe(
        [
            new Finding("violence/graphic-violence/blood-and-gore", 0.915, "aws-rekognition", "7.1"),
            new Finding("violence/graphic-violence/chainsaw-duel", 0.4, "aws-rekognition", "7.1"),
            new Finding("alcohol", 0.12, "aws-rekognition", "7.1"),
            new Finding("sorcery", 0.07, "aws-rekognition", "7.1"),
        ]);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Whatever_goes_wrong_people_look(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (status, body), Ct);
        var recipe = new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty };
        var cascade = new ModerationCascade([Backend(server)], new ModerationPolicy(recipe), status < 0 ? TimeSpan.FromMilliseconds(150) : TimeSpan.FromMinutes(1), TimeProvider.System);

        var judgement = await cascade.JudgeAsync(Picture(), Ct);

        judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
        judgement.Verdict.By.ShouldBe("aws-rekognition");
    }

    [Theory]
    [InlineData(400, """{"__type":"ThrottlingException"}""")]
    [InlineData(503, "")]
    [InlineData(0, "")]
    public async Task A_busy_service_is_asked_again(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync((n, _, _) => n < 2 ? (status, body) : (200, Nothing), Ct);

        (await Backend(server).InspectAsync(Picture(), Ct)).ShouldBeEmpty();

        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_is_not_repeated()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (400, """{"__type":"AccessDeniedException"}"""), Ct);

        await Should.ThrowAsync<VettingException>(() => Backend(server).InspectAsync(Picture(), Ct));

        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(10_400, 90)]
    [InlineData(3000, 2800)]
    public async Task Pictures_outside_the_limits_are_encoded_again(int width, int height)
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, Nothing), Ct);
        var noise = new byte[width * height * 3];
        new Random(1).NextBytes(noise);
        var large = Jpeg.Encode(new RgbImage(width, height, noise), 95);

        await Backend(server).InspectAsync(large, Ct);

        var sent = Sent(server.Requests.Single().Body);
        sent.Length.ShouldBeLessThanOrEqualTo(5_242_880);
        var picture = Jpeg.Decode(sent, 100_000);
        Math.Max(picture.Width, picture.Height).ShouldBeLessThanOrEqualTo(10_000);
        Math.Min(picture.Width, picture.Height).ShouldBeGreaterThanOrEqualTo(80);
    }

    [Fact]
    public async Task A_picture_within_the_limits_is_sent_as_it_is()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, Nothing), Ct);

        await Backend(server).InspectAsync(Picture(), Ct);

        Sent(server.Requests.Single().Body).ShouldBe(Picture());
    }

    [Fact]
    public async Task The_credentials_come_from_the_usual_chain()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDCHAIN");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "chained");
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", "for a while");

        (await new AwsCredentialChain("eu-west-1").GetAsync(Ct)).ShouldBe(new AwsKeys("AKIDCHAIN", "chained", "for a while"));
    }

    [Fact]
    public void It_is_off_until_the_operator_says_so()
    {
        var off = new RekognitionModeration(Options.Create(new ModerationOptions()), null!, null!, Jpeg, TimeProvider.System);

        off.WhyNotReady.ShouldNotBeNull();
        off.PricePerCall.ShouldBe(0.001m);
    }

    private static RekognitionModeration Backend(LoopbackServer server, AwsKeys? keys = null)
    {
        var options = new ModerationOptions { Rekognition = new RekognitionOptions { Enabled = true, Region = "eu-west-1", Endpoint = server.Address, MaxAttempts = 3 } };
        return new RekognitionModeration(Options.Create(options), new ModerationHttp(), _ => Task.FromResult(keys ?? Keys), Jpeg, TimeProvider.System);
    }

    private static byte[] Picture() => Jpeg.Encode(new RgbImage(120, 90, [.. Enumerable.Repeat((byte)90, 120 * 90 * 3)]), 80);

    private static byte[] Sent(byte[] body) => JsonDocument.Parse(body).RootElement.GetProperty("Image").GetProperty("Bytes").GetBytesFromBase64();

    /// <summary>What the service does: signs again what it was sent.</summary>
    private static bool IsSigned(Dictionary<string, string> headers, byte[] body, AwsKeys keys)
    {
        var parts = headers["Authorization"].Split(' ', 2)[1].Split(", ").Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var signed = new SortedDictionary<string, string>(parts["SignedHeaders"].Split(';').ToDictionary(n => n, n => headers[n]), StringComparer.Ordinal);
        var credential = parts["Credential"].Split('/');
        return signed.ContainsKey("host") && signed.ContainsKey("x-amz-date") && signed.ContainsKey("x-amz-target") && (keys.Token is null || signed["x-amz-security-token"] == keys.Token)
            && credential is [var id, _, "eu-west-1", "rekognition", "aws4_request"] && id == keys.AccessKey
            && parts["Signature"] == AwsSignature.Signature(signed, body, keys.SecretKey, headers["X-Amz-Date"], "eu-west-1", "rekognition");
    }

    private static string SignerOfVendor(SortedDictionary<string, string> headers, byte[] body)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        var canonical = $"POST\n/\n\n{text}\n{string.Join(';', headers.Keys)}\n{Amazon.Util.AWSSDKUtils.ToHex(System.Security.Cryptography.SHA256.HashData(body), true)}";
        var key = Amazon.Runtime.Internal.Auth.AWS4Signer.ComposeSigningKey("secretEXAMPLE", "eu-west-1", "20260102", "rekognition");
        var scope = $"AWS4-HMAC-SHA256\n20260102T030405Z\n20260102/eu-west-1/rekognition/aws4_request\n{Amazon.Util.AWSSDKUtils.ToHex(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(canonical)), true)}";
        return Amazon.Util.AWSSDKUtils.ToHex(Amazon.Runtime.Internal.Auth.AWS4Signer.ComputeKeyedHash(Amazon.Runtime.SigningAlgorithm.HmacSHA256, key, Encoding.UTF8.GetBytes(scope)), true);
    }
}
