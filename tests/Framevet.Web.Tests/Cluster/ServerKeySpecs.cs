using System.Collections.Immutable;
using System.Net;
using Framevet.Data.Stores;
using Framevet.TestKit;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Keys of cookies in the database, sealed: for nodes without a common folder.</summary>
public sealed class ServerKeySpecs
{
    private const string Secret = "a secret of the tests that is long enough for the option";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cookie_of_one_node_is_good_on_another_that_shares_nothing_but_the_database()
    {
        using var folders = new TemporaryFolder();
        var server = (await PostgresCluster.SharedAsync()).Connection($"keys_{Guid.NewGuid():N}");
        var database = ImmutableDictionary<string, string>.Empty.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server).Add("Framevet:KeySecret", Secret);
        await using var first = new KeyHost(folders["a"], database.Add("Framevet:Node:Name", "a"));
        await using var second = new KeyHost(folders["b"], database.Add("Framevet:Node:Name", "b"));
        using var signedIn = await first.SignInAsync("ada", [Roles.Admin], Ct);
        var cookies = await KeyHost.CookiesAsync(signedIn, Ct);

        (await second.AskAsync(cookies, Ct)).ShouldBe(HttpStatusCode.OK);
        Directory.EnumerateFiles(folders["a"], "*.xml", SearchOption.AllDirectories).ShouldBeEmpty();
        first.Services.GetRequiredService<ServerKeyStore>().All().ShouldNotContain(k => k.Sealed.Contains('<'));

        // What the start of a node with another secret says; the keys come in the framework's own order of start.
        var stranger = new ServerKeys(first.Services.GetRequiredService<ServerKeyStore>(), Secret + "!", folders["c"]);
        Should.Throw<ConfigurationException>(stranger.GetAllElements).Message.ShouldContain("Framevet:KeySecret does not open the key");
    }

    [Fact]
    public async Task Keys_of_the_data_folder_are_taken_over_and_nobody_is_signed_out()
    {
        using var folders = new TemporaryFolder();
        string cookies;
        await using (var before = new KeyHost(folders["data"], ImmutableDictionary<string, string>.Empty))
        {
            using var signedIn = await before.SignInAsync("ada", [Roles.Admin], Ct);
            cookies = await KeyHost.CookiesAsync(signedIn, Ct);
        }

        var keys = Directory.GetFiles(Path.Combine(folders["data"], "keys"), "*.xml");
        keys.ShouldNotBeEmpty();
        var with = ImmutableDictionary<string, string>.Empty.Add("Framevet:KeySecret", Secret);
        await using (var after = new KeyHost(folders["data"], with))
        {
            (await after.AskAsync(cookies, Ct)).ShouldBe(HttpStatusCode.OK);
            after.Services.GetRequiredService<ServerKeyStore>().All().Select(k => k.Name).ShouldBe(keys.Select(Path.GetFileNameWithoutExtension), ignoreOrder: true);
        }

        Array.ForEach(keys, File.Delete);
        await using (var later = new KeyHost(folders["data"], with))
        {
            (await later.AskAsync(cookies, Ct)).ShouldBe(HttpStatusCode.OK);
        }

        await using var without = new KeyHost(folders["data"], ImmutableDictionary<string, string>.Empty);
        (await without.AskAsync(cookies, Ct)).ShouldNotBe(HttpStatusCode.OK);
    }

    private sealed class KeyHost(string folder, ImmutableDictionary<string, string> settings) : AppHost
    {
        public override string Folder => folder;

        protected override ImmutableDictionary<string, string> Settings => base.Settings.AddRange(settings);

        /// <summary>The cookies of a client that has signed in, as a header. The client keeps them to itself, so it is asked what it would send.</summary>
        public static async Task<string> CookiesAsync(HttpClient client, CancellationToken ct)
        {
            using var answer = await client.GetAsync(new Uri("/api/v1/account", UriKind.Relative), ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            return string.Join("; ", answer.RequestMessage!.Headers.GetValues("Cookie"));
        }

        /// <summary>What a node answers to somebody with these cookies.</summary>
        public async Task<HttpStatusCode> AskAsync(string cookies, CancellationToken ct)
        {
            using var client = CreateDefaultClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/account", UriKind.Relative));
            request.Headers.Add("Cookie", cookies);
            using var answer = await client.SendAsync(request, ct);
            return answer.StatusCode;
        }
    }
}
