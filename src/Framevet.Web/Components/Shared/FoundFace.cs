namespace Framevet.Web.Components.Shared;

/// <summary>A face found in a picture, as faces.js reports it: its box relative to the picture, 0..1, and what it looks like.</summary>
public sealed record FoundFace(double Left, double Top, double Width, double Height, string Reference);
