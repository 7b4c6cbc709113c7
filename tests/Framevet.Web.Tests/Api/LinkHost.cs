using System.Collections.Immutable;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>A server that takes loopback for outside, one address of it for forbidden, and one for a site that a stand-in for yt-dlp reads.</summary>
public sealed class LinkHost : AppHost
{
    /// <summary>Host of the site.</summary>
    public const string Site = "127.0.0.5";

    protected override ImmutableDictionary<string, string> Settings => base.Settings
        .Add("Outbound:AllowAddresses:0", "127.0.0.0/8").Add("Outbound:DenyAddresses:0", "127.0.0.66/32").Add("Outbound:AllowPorts:0", "0").Add("Outbound:StallSeconds", "20")
        .Add("Links:Sites:0", Site).Add("Links:Extractors:0", "youtube").Add("Links:MaxPlaylist", "10").Add("Links:MaxOpen", "50")
        .Add("Links:YtDlpPath", Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Framevet.FakeTool.exe" : "Framevet.FakeTool"));
}
