using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Subtitles;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Recipes;

/// <summary>What parts ask for when no server is around.</summary>
internal sealed class NoServices : IServiceProvider
{
    private static readonly ModerationHttp Http = new();
    private readonly JpegCodec _codec = new();
    private readonly SubtitleReader _subtitles = Subtitles();
    private readonly ModelCatalog _models = new(Options.Create(new ModelsOptions { Folder = Path.Combine(AppContext.BaseDirectory, "no-models") }));

    /// <summary>A catalogue of all parts.</summary>
    public static PartCatalog Catalog { get; } = new(new NoServices());

    public object? GetService(Type serviceType) => serviceType == typeof(JpegCodec) ? _codec 
        : serviceType == typeof(SubtitleReader) ? _subtitles
        : serviceType == typeof(ModelCatalog) ? _models
        : serviceType == typeof(IOptions<ModerationOptions>) ? Options.Create(new ModerationOptions())
        : serviceType == typeof(ModerationHttp) ? Http
        : serviceType == typeof(TimeProvider) ? TimeProvider.System
        : serviceType == typeof(AwsCredentialSource) ? (AwsCredentialSource)(_ => Task.FromResult(new AwsKeys("key", "secret", null)))
        : null;

    private static SubtitleReader Subtitles()
    {
        var tools = Options.Create(new ToolOptions());
        return new SubtitleReader(new ToolLocator(tools), tools, Options.Create(new MediaLimits()), TimeProvider.System);
    }
}
