namespace Framevet.Web.Components.Pages.Frames;

/// <summary>One of the faces, or else one of the things, of a frame by its place in the list.</summary>
public readonly record struct FoundMark(bool IsFace, int Index);
