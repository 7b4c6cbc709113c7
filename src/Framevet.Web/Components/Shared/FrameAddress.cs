using Framevet.Pipeline.Runs;

namespace Framevet.Web.Components.Shared;

/// <summary>
/// Addresses of pictures. The server decides what is blurred; <c>v</c> only keeps a browser from showing the cached blurred picture after a
/// verdict allowed it, and the other way round.
/// </summary>
public static class FrameAddress
{
    /// <summary>Thumbnail.</summary>
    public static string Thumb(RunId run, long pts, bool isAllowed, bool reveal = false) =>
        reveal ? WebPaths.Thumb(run, pts, true) : WebPaths.Thumb(run, pts) + Version(isAllowed);

    /// <summary>Full resolution.</summary>
    public static string Full(RunId run, long pts, bool isAllowed, bool reveal = false) =>
        reveal ? WebPaths.Frame(run, pts, true) : WebPaths.Frame(run, pts) + Version(isAllowed);

    /// <summary>A face of a frame, by its place in the frame's list.</summary>
    public static string Face(RunId run, long pts, int face, bool isAllowed, bool reveal = false) =>
        reveal ? WebPaths.Face(run, pts, face, true) : WebPaths.Face(run, pts, face) + Version(isAllowed);

    /// <summary>Thumbnail by its key in the blob store, <c>thumbs/{run}/{pts}.jpg</c>; null for any other key.</summary>
    public static string? OfKey(string key, bool isAllowed) =>
        key.Split('/') is ["thumbs", var run, var file] && RunId.TryParse(run, out _) && file.EndsWith(".jpg", StringComparison.Ordinal)
            ? $"/media/thumbs/{run}/{file}{Version(isAllowed)}"
            : null;

    private static string Version(bool isAllowed) => isAllowed ? "?v=1" : "?v=0";
}
