using System.Security.Cryptography;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>What tests of links do with the API.</summary>
internal static class LinkCalls
{
    private static int _port = 20000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Somebody new who may submit.</summary>
    public static Task<HttpClient> SubmitterAsync(this LinkHost app) => app.SignInAsync($"link-{Guid.NewGuid():N}", [Roles.Submitter], Ct);

    /// <summary>Bytes that no compression shortens.</summary>
    public static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(bytes).NextBytes(noise);
        return noise;
    }

    /// <summary>SHA-256 in small hexadecimal digits.</summary>
    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A link to the site, and where the stand-in writes its command line.</summary>
    public static (string Link, string Args) SiteLink(string path)
    {
        var port = Interlocked.Increment(ref _port);
        return ($"http://{LinkHost.Site}:{port}{path}", Path.Combine(Path.GetTempPath(), $"fake-yt-dlp-{port}.txt"));
    }

    /// <summary>Whether nothing more happens to the link.</summary>
    public static bool IsOver(LinkBody link) => link.State is not (LinkState.Waiting or LinkState.Fetching);

    /// <summary>Submits a link and waits for its end.</summary>
    public static async Task<LinkBody> FetchAsync(HttpClient client, string link, LinkChoice? choice = null)
    {
        var id = (await client.PostJsonAsync<LinkBody[]>(WebPaths.Links, new LinksWish([link], choice), Ct)).Single().Id;
        return (await WaitAsync(client, links => links.Any(l => l.Id == id && IsOver(l)))).Single(l => l.Id == id);
    }

    /// <summary>Waits for a state of all links of somebody.</summary>
    public static async Task<LinkBody[]> WaitAsync(HttpClient client, Func<LinkBody[], bool> until)
    {
        while (true)
        {
            var links = await client.GetJsonAsync<LinkBody[]>(WebPaths.Links, Ct);
            if (until(links))
            {
                return links;
            }

            await Task.Delay(50, Ct);
        }
    }
}
