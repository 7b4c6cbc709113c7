using System.Net;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Webhooks;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Webhooks;

public sealed class WebhookSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_signature_holds_for_this_body_this_secret_and_five_minutes()
    {
        var header = WebhookSignature.Sign("{}", "secret", Now);

        header.ShouldStartWith("t=1772366400,v1=");
        WebhookSignature.IsValid(header, "{}", "secret", Now.AddMinutes(4), TimeSpan.FromMinutes(5)).ShouldBeTrue();
        WebhookSignature.IsValid(header, "{ }", "secret", Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsValid(header, "{}", "other", Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsValid(header, "{}", "secret", Now.AddMinutes(6), TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsValid(header.Replace("t=1772366400", "t=1772366500", StringComparison.Ordinal), "{}", "secret", Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsValid("nonsense", "{}", "secret", Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Attempts_spread_over_a_day_and_then_end(double random)
    {
        var (at, attempts) = (Now, 0);
        var pauses = new List<TimeSpan>();
        while (WebhookSender.NextAttempt(Now, at, ++attempts, random) is { } next)
        {
            pauses.Add(next - at);
            at = next;
        }

        pauses[0].ShouldBe(TimeSpan.FromSeconds(10) * (0.5 + random));
        pauses.Max().ShouldBe(TimeSpan.FromHours(1) * (0.5 + random));
        (at - Now).ShouldBeInRange(TimeSpan.FromHours(22.5), TimeSpan.FromHours(24));
        attempts.ShouldBeInRange(20, 60);
    }

    [Theory]
    [InlineData("10.1.2.3", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.20.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    public void Only_the_open_internet_is_reached(string address, bool isPublic) => (AddressRules.SpecialUse(IPAddress.Parse(address)) is null).ShouldBe(isPublic);

    [Fact]
    public async Task A_name_that_leads_home_is_not_connected_to_unless_the_operator_allows_it()
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var wall = new OutboundWall(Options.Create(new OutboundOptions()));

        (await Should.ThrowAsync<VettingException>(async () => await wall.ForAdmins().ConnectAsync("localhost", port, ct))).Message.ShouldContain("no public address");
        await using var stream = await wall.ForAdmins("127.0.0.0/8", "::1/128").ConnectAsync("localhost", port, ct);
        stream.CanWrite.ShouldBeTrue();
    }

    [Fact]
    public void News_of_waiting_items_has_one_id_for_each_level()
    {
        var item = Guid.Parse("00000000-0000-0000-0000-000000000001");
        var run = RunId.New(Now);

        WebhookEvent.Sla(item, run, "main", Now, TimeSpan.FromHours(1), 0.75, Now).Kind.ShouldBe(WebhookKinds.SlaWarning);
        WebhookEvent.Sla(item, run, "main", Now, TimeSpan.FromHours(1), 1, Now).Id.ShouldBe("sla.breached/00000000000000000000000000000001");
    }
}
