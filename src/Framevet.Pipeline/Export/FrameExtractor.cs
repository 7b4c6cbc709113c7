namespace Framevet.Pipeline.Export;

/// <summary>Full-resolution stills from the source.</summary>
public sealed class FrameExtractor
{
}
