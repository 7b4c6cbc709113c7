using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Ingest;

/// <summary>A local file to be vetted, or a folder of pictures. <paramref name="DisplayName"/> is what the user called it; the path may be a content-addressed blob.</summary>
public sealed record SourceFile(string Path, string DisplayName, long Bytes)
{
    /// <summary>The recipe's sampler, which may say in what order a folder's pictures are read (<see cref="IOrdersFolder"/>); null = by name.</summary>
    public PartSpec? Sampler { get; init; }
}
