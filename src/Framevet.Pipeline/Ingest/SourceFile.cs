namespace Framevet.Pipeline.Ingest;

/// <summary>A local file to be vetted. <paramref name="DisplayName"/> is what the user called it; the path may be a content-addressed blob.</summary>
public sealed record SourceFile(string Path, string DisplayName, long Bytes);
