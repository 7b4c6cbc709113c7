using System.Globalization;
using Framevet.Pipeline.Scoring;

namespace Framevet.Web.Components.Shared;

/// <summary>What is known of a face, in words.</summary>
public static class FaceWords
{
    // Below it a head counts as facing the camera: nobody sits for a picture to the degree.
    private const float Facing = 15;

    /// <summary>Name of a face: its person where it is known, else its place in the frame.</summary>
    public static string Name(int face, int? person) => person is { } number ? $"Person {number}" : string.Create(CultureInfo.CurrentCulture, $"Face {face + 1}");

    /// <summary>Where the head points, e.g. <c>turned right 30°, looking up 20°</c>; null when nobody measured it. Right is the right of the picture.</summary>
    public static string? Turn(HeadPose? pose)
    {
        if (pose is not { } head)
        {
            return null;
        }

        string?[] parts =
        [
            Part(head.Yaw, "turned right", "turned left"),
            Part(head.Pitch, "looking up", "looking down"),
            Part(head.Roll, "tilted clockwise", "tilted anticlockwise"),
        ];
        var said = string.Join(", ", parts.OfType<string>());
        return said.Length > 0 ? said : "facing the camera";
    }

    /// <summary>Whether the eyes are open, with the number behind it; null when nobody measured it.</summary>
    public static string? Eyes(float? open) => open is { } share ? $"eyes {(share >= 0.5 ? "open" : "closed")} ({Formats.Percent(share)} open)" : null;

    /// <summary>Share of the frame, with a tenth of a per cent where it is small.</summary>
    public static string Size(MarkBox box) => box.Share.ToString(box.Share < 0.1f ? "P1" : "P0", CultureInfo.CurrentCulture);

    private static string? Part(float degrees, string above, string below) =>
        Math.Abs(degrees) < Facing ? null : string.Create(CultureInfo.CurrentCulture, $"{(degrees > 0 ? above : below)} {Math.Abs(degrees):0}°");
}
