using System.ComponentModel.DataAnnotations;
using System.Net;
using Framevet.Pipeline.Outbound;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Outbound;

/// <summary>Names, lists, redirects and bounds; what is dialled lies on loopback, declared allowed or forbidden by configuration.</summary>
public sealed class WallSpecs
{
    private const int Timeout = 60_000;

    /// <summary>Loopback counts as outside, except one address that stays forbidden.</summary>
    private static readonly OutboundOptions Loopback = new() { AllowAddresses = ["127.0.0.0/8"], DenyAddresses = ["127.0.0.66/32"], AllowPorts = [0] };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("8.8.8.8", "10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("2606:4700::1111", "fd00::1")]
    public async Task A_name_with_one_forbidden_address_is_refused_whole(params string[] addresses)
    {
        var dials = new RecordedDials(new OutboundOptions(), _ => addresses);

        (await Should.ThrowAsync<VettingException>(() => dials.Wall.ConnectAsync("trick.example", 80, Ct))).Code.ShouldBe(FailureCode.SourceRefused);

        dials.Dials.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_resolver_that_changes_its_mind_is_asked_once_per_connection_and_changes_nothing()
    {
        var answers = 0;
        var dials = new RecordedDials(new OutboundOptions(), _ => answers++ == 0 ? ["8.8.8.8"] : ["127.0.0.1"]);
        using var door = new OutboundDoor(dials.Wall);

        (await Should.ThrowAsync<VettingException>(() => door.Client.GetAsync(new Uri("http://rebind.example/"), Ct))).Code.ShouldBe(FailureCode.SourceUnavailable);
        (await Should.ThrowAsync<VettingException>(() => door.Client.GetAsync(new Uri("http://rebind.example/"), Ct))).Code.ShouldBe(FailureCode.SourceRefused);

        dials.Asked.ShouldBe(["rebind.example", "rebind.example"]);
        dials.Dials.ShouldBe(["8.8.8.8:80"]);
    }

    [Theory]
    [InlineData("https://example.org/", null)]
    [InlineData("https://www.example.org/", null)]
    [InlineData("https://WWW.EXAMPLE.ORG./", null)]
    [InlineData("https://bad.example.org/", "may not be reached")]
    [InlineData("https://deep.bad.example.org./", "may not be reached")]
    [InlineData("https://notexample.org/", "not on the list")]
    [InlineData("https://example.org.evil.test/", "not on the list")]
    [InlineData("https://8.8.8.8/", "not on the list")]
    public void Lists_of_hosts_count_for_all_below_them_and_denial_wins(string url, string? why)
    {
        var wall = new RecordedDials(new OutboundOptions { AllowHosts = ["example.org"], DenyHosts = ["bad.example.org"] }).Wall;

        if (why is null)
        {
            wall.CheckUrl(new Uri(url));
        }
        else
        {
            Should.Throw<VettingException>(() => wall.CheckUrl(new Uri(url))).Message.ShouldContain(why);
        }
    }

    [Fact]
    public void A_server_without_a_network_reaches_nothing() =>
        Should.Throw<VettingException>(() => new RecordedDials(new OutboundOptions { Enabled = false }).Wall.CheckUrl(new Uri("https://example.org/"))).Message.ShouldContain("Outbound:Enabled");

    [Fact]
    public void Http_can_be_forbidden() =>
        Should.Throw<VettingException>(() => new RecordedDials(new OutboundOptions { AllowHttp = false }).Wall.CheckUrl(new Uri("http://example.org/"))).Message.ShouldContain("Only https");

    [Theory(Timeout = Timeout)]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_a_forbidden_address_makes_no_connection(int status)
    {
        await using var inside = CountingServer.Start(_ => LoopbackAnswer.File("secret"u8.ToArray()));
        await using var outside = CountingServer.Start(_ => LoopbackAnswer.To(inside.At("/", "127.0.0.66").ToString(), status));
        using var door = Door(Loopback);

        (await Should.ThrowAsync<VettingException>(() => door.Client.GetAsync(outside.At("/"), Ct))).Code.ShouldBe(FailureCode.SourceRefused);

        (outside.Connections, inside.Connections).ShouldBe((1, 0));
    }

    [Theory(Timeout = Timeout)]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:pw@127.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("//169.254.169.254/latest")]
    [InlineData("http://2852039166/")]
    public async Task At_the_end_of_a_chain_of_redirects_the_wall_stands_too(string end)
    {
        await using var server = CountingServer.Start(path => path == "/3" ? LoopbackAnswer.To(end) : LoopbackAnswer.To($"/{(path[^1] - '0') + 1}"));
        using var door = Door(Loopback);

        (await Should.ThrowAsync<VettingException>(() => door.Client.GetAsync(server.At("/0"), Ct))).Code.ShouldBe(FailureCode.SourceRefused);

        server.Connections.ShouldBe(4);
    }

    [Fact(Timeout = Timeout)]
    public async Task An_endless_chain_of_redirects_ends()
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.To("/again"));
        using var door = Door(Loopback);

        (await Should.ThrowAsync<VettingException>(() => door.Client.GetAsync(server.At("/"), Ct))).Message.ShouldContain("more than 5 times");

        server.Connections.ShouldBe(6);
    }

    [Fact(Timeout = Timeout)]
    public async Task Credentials_do_not_follow_a_redirect_to_another_origin()
    {
        await using var other = CountingServer.Start(_ => LoopbackAnswer.File("x"u8.ToArray()));
        await using var first = CountingServer.Start(path => path == "/" ? LoopbackAnswer.To("/near") : LoopbackAnswer.To(other.At("/far").ToString()));
        using var door = Door(Loopback);
        using var request = new HttpRequestMessage(HttpMethod.Get, first.At("/")) { Headers = { Authorization = new("Bearer", "hush") } };

        using var answer = await door.Client.SendAsync(request, Ct);

        first.Requests.ShouldAllBe(r => r.Contains("hush", StringComparison.Ordinal));
        other.Requests.Single().ShouldNotContain("hush");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_request_with_a_body_is_not_redirected()
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.To("/else", 307));
        using var door = Door(Loopback);
        using var content = new StringContent("{}");

        (await Should.ThrowAsync<VettingException>(() => door.Client.PostAsync(server.At("/"), content, Ct))).Code.ShouldBe(FailureCode.SourceRefused);

        server.Connections.ShouldBe(1);
    }

    [Theory(Timeout = Timeout)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_over_the_limit_is_cut_off_with_and_without_a_declared_length(bool isDeclared)
    {
        var body = new byte[3 << 20];
        await using var server = CountingServer.Start(_ => isDeclared ? LoopbackAnswer.File(body) : new LoopbackAnswer(200, [("Content-Type", "video/mp4")], body));
        using var door = Door(Loopback);
        using var request = new HttpRequestMessage(HttpMethod.Get, server.At("/")).Limit(new OutboundLimits { MaxBytes = 2 << 20 });

        (await Should.ThrowAsync<VettingException>(() => ReadAsync(door, request))).Code.ShouldBe(FailureCode.SourceTooLarge);
    }

    [Theory(Timeout = Timeout)]
    [InlineData("text/html", false)]
    [InlineData("application/x-mpegurl", false)]
    [InlineData("video/mp4; codecs=avc1", true)]
    [InlineData("image/GIF", true)]
    public async Task Only_the_wanted_types_are_taken(string type, bool isTaken)
    {
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("x"u8.ToArray(), type));
        using var door = Door(Loopback);
        using var request = new HttpRequestMessage(HttpMethod.Get, server.At("/")).Limit(new OutboundLimits { ContentTypes = ["video/*", "image/gif"] });

        if (isTaken)
        {
            (await ReadAsync(door, request)).ShouldBe(1);
        }
        else
        {
            (await Should.ThrowAsync<VettingException>(() => ReadAsync(door, request))).Code.ShouldBe(FailureCode.UnsupportedMedia);
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task A_server_that_falls_silent_is_left()
    {
        await using var server = CountingServer.Start(_ => new LoopbackAnswer(200, [("Content-Type", "video/mp4"), ("Content-Length", "100")], new byte[10], Hangs: true));
        using var door = Door(Loopback with { StallSeconds = 1 });
        using var request = new HttpRequestMessage(HttpMethod.Get, server.At("/"));

        (await Should.ThrowAsync<VettingException>(() => ReadAsync(door, request))).Message.ShouldContain("sent nothing");
    }

    [Fact(Timeout = Timeout)]
    public async Task The_users_cancel_is_a_cancel_and_no_failure()
    {
        await using var server = CountingServer.Start(_ => new LoopbackAnswer(200, [("Content-Length", "100")], new byte[10], Hangs: true));
        using var door = Door(Loopback);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        using var answer = await door.Client.GetAsync(server.At("/"), HttpCompletionOption.ResponseHeadersRead, cancel.Token);
        await using var body = await answer.Content.ReadAsStreamAsync(cancel.Token);
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => body.CopyToAsync(Stream.Null, cancel.Token));
    }

    [Theory]
    [InlineData("AllowAddresses", "10.0.0.1/99")]
    [InlineData("DenyAddresses", "intranet")]
    [InlineData("AllowHosts", "https://example.org")]
    [InlineData("DenyHosts", "*.example.org")]
    public void An_impossible_option_is_named(string option, string value)
    {
        var options = new OutboundOptions
        {
            AllowAddresses = option == "AllowAddresses" ? [value] : [],
            DenyAddresses = option == "DenyAddresses" ? [value] : [],
            AllowHosts = option == "AllowHosts" ? [value] : [],
            DenyHosts = option == "DenyHosts" ? [value] : [],
        };

        options.Validate(new ValidationContext(options)).Single().ErrorMessage!.ShouldContain(value);
    }

    private static OutboundDoor Door(OutboundOptions options) => new(new OutboundWall(Microsoft.Extensions.Options.Options.Create(options)));

    private static async Task<int> ReadAsync(OutboundDoor door, HttpRequestMessage request)
    {
        using var answer = await door.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync(Ct);
        using var memory = new MemoryStream();
        await body.CopyToAsync(memory, Ct);
        return (int)memory.Length;
    }
}
