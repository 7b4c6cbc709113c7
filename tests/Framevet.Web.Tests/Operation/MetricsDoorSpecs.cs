using System.Net;
using Framevet.Web.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Framevet.Web.Tests.Operation;

public sealed class MetricsDoorSpecs
{
    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("::1", null, true)]
    [InlineData("::ffff:127.0.0.1", null, true)]
    [InlineData("10.0.0.1", null, false)]
    [InlineData("203.0.113.7", null, false)]
    [InlineData(null, null, false)]
    [InlineData("127.0.0.1", "X-Forwarded-For", false)]
    [InlineData("127.0.0.1", "Forwarded", false)]
    public void Loopback_lets_programs_of_this_machine_in_and_no_proxy(string? address, string? header, bool isOpen)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        if (header is not null)
        {
            http.Request.Headers[header] = "203.0.113.7";
        }

        MetricsDoor.MayRead(http, new TelemetryOptions()).ShouldBe(isOpen);
        MetricsDoor.MayRead(http, new TelemetryOptions { Metrics = MetricsAccess.Off }).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Bearer 0123456789abcdef", true)]
    [InlineData("Bearer 0123456789abcdeF", false)]
    [InlineData("Bearer ", false)]
    [InlineData("0123456789abcdef", false)]
    [InlineData("", false)]
    public void A_token_lets_in_who_has_it(string sent, bool isOpen)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Loopback;
        http.Request.Headers.Authorization = sent;

        MetricsDoor.MayRead(http, new TelemetryOptions { Metrics = MetricsAccess.Token, MetricsToken = "0123456789abcdef" }).ShouldBe(isOpen);
    }
}
