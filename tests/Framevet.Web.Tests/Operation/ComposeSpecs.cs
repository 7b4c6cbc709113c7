using System.Globalization;
using System.Text.RegularExpressions;
using Framevet.Data;
using Framevet.TestKit;

namespace Framevet.Web.Tests.Operation;

/// <summary>What the container files say of each other, of the settings and of the tree. That the nodes run with the settings of the profile is for the tests of the cluster, which start them so.</summary>
public sealed partial class ComposeSpecs
{
    // Beside the pool: one that listens, one that says what is told, one for what only one node may do.
    private const int ConnectionsBesidePool = 3;

    private static readonly string Dockerfile = File.ReadAllText(Repository.Path("Dockerfile"));

    [Theory]
    [InlineData("cpu", "web")]
    [InlineData("nvidia", "web-nvidia")]
    [InlineData("cluster", "nginx postgres web1 web2 worker1 worker2")]
    [InlineData("postgres", "postgres")]
    public void Each_profile_starts_its_services_and_no_others(string profile, string services)
    {
        var own = ComposeFile.Of(profile).ToArray();
        own.ShouldBe(services.Split(' '));

        // Whoever is waited for is started by the same profile.
        own.SelectMany(s => ComposeFile.List(ComposeFile.Services[s], "depends_on")).ShouldAllBe(s => own.Contains(s));
    }

    [Fact]
    public void Nginx_leads_to_the_web_nodes_of_the_profile_on_the_port_that_the_image_serves()
    {
        var port = Port().Match(Dockerfile).Groups[1].Value;
        var servers = Upstream().Matches(File.ReadAllText(Repository.Path("build", "nginx", "cluster.conf"))).Select(m => m.Groups[1].Value).ToArray();

        servers.ShouldBe(ComposeFile.Of("cluster").Where(s => ComposeFile.EnvironmentOf(s).GetValueOrDefault("Framevet__Node__Role") == "web").Select(s => $"{s}:{port}"));
        Dockerfile.ShouldContain($"http://127.0.0.1:{port}/healthz");
        foreach (var published in ComposeFile.Services.Values.SelectMany(s => ComposeFile.List(s, "ports")))
        {
            published.ShouldStartWith("127.0.0.1:");
            published.ShouldEndWith($":{port}");
        }
    }

    [Fact]
    public void Nodes_have_names_of_their_own_and_the_data_where_the_image_keeps_it()
    {
        var nodes = ComposeFile.Services.Where(s => s.Value["image"] as string == "framevet").ToArray();
        nodes.Length.ShouldBe(6);
        var data = DataFolder().Match(Dockerfile).Groups[1].Value;
        nodes.ShouldAllBe(n => ComposeFile.List(n.Value, "volumes").Contains($"data:{data}"));
        Dockerfile.ShouldContain($"VOLUME {data}\n");
        nodes.Select(n => ComposeFile.EnvironmentOf(n.Key).GetValueOrDefault("Framevet__Node__Name")).Where(n => n is not null).ShouldBe(["web1", "web2", "worker1", "worker2"]);
    }

    [Fact]
    public void The_database_has_connections_for_all_nodes_at_once()
    {
        var pool = new DataOptions { Provider = DatabaseKind.Postgres, ConnectionString = ComposeFile.EnvironmentOf("web1")["Data__ConnectionString"] }.Server.MaxPoolSize;
        var command = string.Join(' ', ComposeFile.List(ComposeFile.Services["postgres"], "command"));

        int.Parse(Connections().Match(command).Groups[1].Value, CultureInfo.InvariantCulture)
            .ShouldBeGreaterThanOrEqualTo(ComposeFile.Of("cluster").Count(s => ComposeFile.EnvironmentOf(s).ContainsKey("Framevet__Node__Role")) * (pool + ConnectionsBesidePool));
    }

    [Fact]
    public void Everything_that_the_image_is_made_of_is_in_the_tree_and_goes_into_the_build()
    {
        var sources = Copy().Matches(Dockerfile).SelectMany(m => m.Groups[1].Value.Split(' ')[..^1]).ToArray();
        sources.Length.ShouldBeGreaterThan(10);
        var kept = File.ReadAllLines(Repository.Path(".dockerignore"));
        foreach (var source in sources)
        {
            var path = Repository.Path(source);
            (File.Exists(path) || Directory.Exists(path)).ShouldBeTrue($"the Dockerfile copies {source}");
            kept.ShouldNotContain(source.TrimEnd('/'));
        }

        // Restored before the sources are there: each project that the server is made of, with its lock file.
        foreach (var project in Directory.EnumerateFiles(Repository.Path("src", "Framevet.Web"), "*.csproj").SelectMany(Referenced).Distinct())
        {
            sources.ShouldContain(Path.GetRelativePath(Repository.Root, project));
            sources.ShouldContain(Path.GetRelativePath(Repository.Root, Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")));
        }

        foreach (var mounted in ComposeFile.Services.Values.SelectMany(s => ComposeFile.List(s, "volumes")).Where(v => v.StartsWith('.')))
        {
            File.Exists(Repository.Path(mounted.Split(':')[0])).ShouldBeTrue(mounted);
        }
    }

    private static IEnumerable<string> Referenced(string project) =>
        ProjectReference().Matches(File.ReadAllText(project)).Select(m => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, m.Groups[1].Value))).SelectMany(Referenced).Append(project);

    [GeneratedRegex(@"ASPNETCORE_HTTP_PORTS=(\d+)")]
    private static partial Regex Port();

    [GeneratedRegex(@"Framevet__DataFolder=(\S+)")]
    private static partial Regex DataFolder();

    [GeneratedRegex(@"^\s+server (\S+:\d+)", RegexOptions.Multiline)]
    private static partial Regex Upstream();

    [GeneratedRegex(@"max_connections=(\d+)")]
    private static partial Regex Connections();

    [GeneratedRegex(@"^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copy();

    [GeneratedRegex("<ProjectReference Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();
}
