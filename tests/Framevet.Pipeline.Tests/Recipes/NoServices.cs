using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Recipes;

/// <summary>What parts ask for when no server is around.</summary>
internal sealed class NoServices : IServiceProvider
{
    private readonly JpegCodec _codec = new();

    /// <summary>A catalogue of all parts.</summary>
    public static PartCatalog Catalog { get; } = new(new NoServices());

    public object? GetService(Type serviceType) => serviceType == typeof(JpegCodec) ? _codec : null;
}
