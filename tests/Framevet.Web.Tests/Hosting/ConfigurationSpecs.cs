using System.Reflection;
using System.Text.Json;
using Framevet.Data;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Ingest.Watch;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Segments;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.Web.Hosting;
using Framevet.Web.Tests.Architecture;
using Microsoft.Extensions.Configuration;

namespace Framevet.Web.Tests.Hosting;

/// <summary>A misspelt or impossible option stops the start, and the sample never rots.</summary>
public sealed class ConfigurationSpecs
{
    private static readonly string Sample = Path.Combine(SourceTree.Root, "appsettings.sample.json");

    private static readonly (string Section, Type Options)[] Sections =
    [
        (FramevetOptions.Section, typeof(FramevetOptions)), (DataOptions.Section, typeof(DataOptions)), (RunOptions.Section, typeof(RunOptions)), (FanOutOptions.Section, typeof(FanOutOptions)),
        (StorageOptions.Section, typeof(StorageOptions)), (ModelsOptions.Section, typeof(ModelsOptions)), (ToolOptions.Section, typeof(ToolOptions)), (MediaLimits.Section, typeof(MediaLimits)),
        (OutboundOptions.Section, typeof(OutboundOptions)), (UploadOptions.Section, typeof(UploadOptions)), (LinksOptions.Section, typeof(LinksOptions)), (WatchOptions.Section, typeof(WatchOptions)),
        (InferenceOptions.Section, typeof(InferenceOptions)), (Framevet.Web.Telemetry.TelemetryOptions.Section, typeof(Framevet.Web.Telemetry.TelemetryOptions)),
    ];

    [Fact]
    public void The_sample_binds_strictly()
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(Sample).Build();

        StrictConfiguration.Read(configuration);
        foreach (var (section, options) in Sections)
        {
            configuration.GetSection(section).Get(options, o => o.ErrorOnUnknownConfiguration = true).ShouldNotBeNull(section);
        }
    }

    [Fact]
    public void The_sample_shows_every_option()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Sample), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });

        Sections.SelectMany(s => Missing(json.RootElement.GetProperty(s.Section), s.Options, s.Section)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("web", "", "sqlite", "Data:Provider=postgres")]
    [InlineData("worker", "", "sqlite", "Data:Provider=postgres")]
    [InlineData("worker", "tpu", "postgres", "'tpu'")]
    [InlineData("web", "cpu", "postgres", "takes no work")]
    public void A_role_that_cannot_be_is_refused_with_what_to_do(string role, string group, string provider, string named)
    {
        var options = new Web.Cluster.NodeOptions { Role = Enum.Parse<Web.Cluster.NodeRole>(role, ignoreCase: true), Groups = group.Length == 0 ? [] : [group] };

        Should.Throw<ConfigurationException>(() => Web.Cluster.ThisNode.From(options, new Web.Jobs.JobsOptions(), Enum.Parse<DatabaseKind>(provider, ignoreCase: true))).Message.ShouldContain(named);
    }

    [Fact]
    public void A_node_takes_its_groups_and_refuses_the_others()
    {
        var (jobs, options) = (new Web.Jobs.JobsOptions { CpuSlots = 3 }, new Web.Cluster.NodeOptions { Role = Web.Cluster.NodeRole.Worker });
        using var plain = Web.Cluster.ThisNode.From(options, jobs, DatabaseKind.Postgres);
        using var gpu = Web.Cluster.ThisNode.From(options with { Groups = ["gpu"], Name = "g" }, jobs, DatabaseKind.Postgres);
        using var alone = Web.Cluster.ThisNode.From(new Web.Cluster.NodeOptions(), jobs, DatabaseKind.Sqlite);

        (plain.Card.Groups, string.Join(' ', plain.Refused)).ShouldBe(("io 1, cpu 3", "gpu"));
        (gpu.Card.Groups, string.Join(' ', gpu.Refused), gpu.Work.Id).ShouldBe(("gpu 1", "io cpu", "g"));
        (alone.Refused.Any(), alone.IsFirst, alone.Work.Id).ShouldBe((false, true, "local"));
    }

    [Theory]
    [InlineData("Framevet:DataFoldr", "x", "DataFoldr")]
    [InlineData("Framevet:Demo:Enable", "true", "Enable")]
    [InlineData("Framevet:Jobs:CpuSlots", "0", "CpuSlots")]
    [InlineData("Framevet:Jobs:CpuSlots", "many", "CpuSlots")]
    [InlineData("Framevet:PublicUrl", "not an address", "PublicUrl")]
    public void A_bad_key_or_value_is_named(string key, string value, string named)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();

        Should.Throw<ConfigurationException>(() => StrictConfiguration.Read(configuration)).Message.ShouldContain(named);
    }

    [Fact]
    public void A_misspelt_section_of_a_settings_file_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{ "Framvet": { "DataFolder": "x" } }"""u8);
        var configuration = new ConfigurationBuilder().SetBasePath(folder.Path).AddJsonFile("appsettings.json").Build();

        Should.Throw<ConfigurationException>(() => StrictConfiguration.Read(configuration)).Message.ShouldContain("Framvet");
    }

    private static IEnumerable<string> Missing(JsonElement json, Type options, string path) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(p =>
            !json.TryGetProperty(p.Name, out var value) ? [$"{path}:{p.Name}"]
            : p.PropertyType.Namespace!.StartsWith("Framevet.", StringComparison.Ordinal) ? Missing(value, p.PropertyType, $"{path}:{p.Name}")
            : []);
}
