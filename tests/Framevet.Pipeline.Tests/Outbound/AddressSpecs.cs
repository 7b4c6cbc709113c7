using System.Net;
using Framevet.Pipeline.Outbound;

namespace Framevet.Pipeline.Tests.Outbound;

/// <summary>Which addresses are public, and that every notation of the others is refused before anything is dialled.</summary>
public sealed class AddressSpecs
{
    /// <summary>What a link may look like, and why nothing is dialled for it.</summary>
    public static TheoryData<string, string> Refused { get; } = new()
    {
        // IPv4 by range, first and last address of each.
        { "http://0.0.0.0/", "this network" }, { "http://0.255.255.255/", "this network" },
        { "http://10.0.0.0/", "private" }, { "http://10.255.255.255/", "private" },
        { "http://100.64.0.0/", "provider" }, { "http://100.127.255.255/", "provider" }, { "http://100.100.100.200/latest/meta-data", "provider" },
        { "http://127.0.0.1/", "this machine" }, { "http://127.255.255.254/", "this machine" },
        { "http://169.254.0.1/", "link-local" }, { "http://169.254.169.254/latest/meta-data/", "link-local" },
        { "http://172.16.0.0/", "private" }, { "http://172.31.255.255/", "private" },
        { "http://192.0.0.192/", "protocol" }, { "http://192.0.2.1/", "documentation" }, { "http://192.88.99.1/", "6to4" },
        { "http://192.168.0.0/", "private" }, { "http://192.168.255.255/", "private" },
        { "http://198.18.0.0/", "benchmarking" }, { "http://198.19.255.255/", "benchmarking" },
        { "http://198.51.100.7/", "documentation" }, { "http://203.0.113.7/", "documentation" },
        { "http://224.0.0.1/", "multicast" }, { "http://239.255.255.255/", "multicast" },
        { "http://240.0.0.1/", "reserved" }, { "http://255.255.255.255/", "reserved" }, { "http://168.63.129.16/metadata", "cloud" },

        // Other notations of IPv4.
        { "http://2130706433/", "this machine" }, { "http://0x7f000001/", "this machine" }, { "http://017700000001/", "this machine" },
        { "http://0x7f.0.0.1/", "this machine" }, { "http://0177.0.0.1/", "this machine" }, { "http://127.1/", "this machine" }, { "http://127.0.1/", "this machine" },
        { "http://0/", "this network" }, { "http://3232235521/", "private" }, { "http://0xA9FEA9FE/", "link-local" }, { "http://0251.0376.0251.0376/", "link-local" },
        { "http://127.0.0.1./", "" }, { "http://①②⑦.⓪.⓪.①/", "" }, { "http://127。0。0。1/", "" }, { "http://１２７.0.0.1/", "" },
        { "http://256.256.256.256/", "" }, { "http://1.2.3.4.5/", "no host name" }, { "http://127.0.0.0x1./", "" },

        // IPv6.
        { "http://[::]/", "this network" }, { "http://[::1]/", "this machine" }, { "http://[0:0:0:0:0:0:0:1]/", "this machine" },
        { "http://[::ffff:127.0.0.1]/", "this machine" }, { "http://[::ffff:7f00:1]/", "this machine" }, { "http://[::ffff:10.0.0.1]/", "private" },
        { "http://[::127.0.0.1]/", "not assigned" }, { "http://[::8.8.8.8]/", "not assigned" },
        { "http://[64:ff9b::10.0.0.1]/", "translated" }, { "http://[64:ff9b::a9fe:a9fe]/", "translated" }, { "http://[64:ff9b:1::808:808]/", "translation" },
        { "http://[2002:7f00:1::]/", "6to4" }, { "http://[2002:808:808::1]/", "6to4" }, { "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "Teredo" },
        { "http://[2001:20::1]/", "protocol" }, { "http://[2001:db8::1]/", "documentation" }, { "http://[3fff::1]/", "documentation" },
        { "http://[2a00:1450::5efe:10.0.0.1]/", "tunnelled" }, { "http://[2a00:1450::200:5efe:127.0.0.1]/", "tunnelled" },
        { "http://[fc00::1]/", "private" }, { "http://[fd00:ec2::254]/", "private" }, { "http://[fe80::1]/", "link-local" }, { "http://[fe80::1%25eth0]/", "" },
        { "http://[fec0::1]/", "private" }, { "http://[ff02::1]/", "multicast" }, { "http://[100::1]/", "discard" }, { "http://[5f00::1]/", "segment" }, { "http://[4000::1]/", "not assigned" },

        // Everything before the address.
        { "file:///etc/passwd", "file" }, { "ftp://example.org/a.mp4", "ftp" }, { "gopher://example.org/", "gopher" }, { "data:video/mp4;base64,AA==", "data" },
        { "http://user:pw@example.org/", "password" }, { "http://169.254.169.254@example.org/", "password" },
        { "http://example.org:22/", "Port 22" }, { "https://example.org:6379/", "Port 6379" },
    };

    /// <summary>Neighbours of the ranges, which are public.</summary>
    public static TheoryData<string> Public { get; } =
    [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
        "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "8.8.8.8",
        "2001:200::1", "2606:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450::5efe:8.8.8.8",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task No_notation_of_a_forbidden_address_is_dialled(string url, string why)
    {
        var dials = new RecordedDials(new OutboundOptions(), host => ["127.0.0.1"]);
        using var door = new OutboundDoor(dials.Wall);

        // What no parser takes for an address cannot be asked for at all; everything else is refused by the wall.
        if (Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            var refusal = await Should.ThrowAsync<VettingException>(() => door.Client.GetAsync(address, TestContext.Current.CancellationToken));
            refusal.Code.ShouldBe(FailureCode.SourceRefused, refusal.Message);
            refusal.Message.ShouldContain(why);
        }

        dials.Dials.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Public))]
    public void Neighbours_of_the_ranges_are_public(string address) => AddressRules.SpecialUse(IPAddress.Parse(address)).ShouldBeNull();

    [Theory]
    [MemberData(nameof(Public))]
    public async Task A_public_address_is_dialled_as_it_was_checked(string address)
    {
        var dials = new RecordedDials(new OutboundOptions(), _ => [address]);

        await Should.ThrowAsync<VettingException>(() => dials.Wall.ConnectAsync("example.org", 443, TestContext.Current.CancellationToken));

        dials.Dials.ShouldBe([new IPEndPoint(IPAddress.Parse(address), 443).ToString()]);
    }

    [Fact]
    public void The_table_of_refused_addresses_stays_long() => Refused.Count.ShouldBeGreaterThanOrEqualTo(60);
}
