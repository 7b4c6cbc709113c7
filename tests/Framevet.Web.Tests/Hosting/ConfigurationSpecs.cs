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
        (FramevetOptions.Section, typeof(FramevetOptions)), (DataOptions.Section, typeof(DataOptions)), (RunOptions.Section, typeof(RunOptions)),
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
