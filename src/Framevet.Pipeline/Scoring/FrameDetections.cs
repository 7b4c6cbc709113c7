using System.Collections.Immutable;

namespace Framevet.Pipeline.Scoring;

/// <summary>
/// What models found in one frame, as plain data: kept with the candidate and stored with its row. A list is null when nobody looked for such things, empty when
/// nothing was found. Coordinates are relative to the upright frame, 0..1 from the top left corner; boxes may reach beyond it.
/// </summary>
/// <param name="Faces">Faces, the largest first.</param>
/// <param name="Objects">Things with a name, the surest first.</param>
/// <param name="PersonShare">Share of the frame that belongs to people, 0..1.</param>
/// <param name="PersonMask">The cells that belong to people, all of them together; null when nobody asked and when there are none.</param>
public sealed record FrameDetections(ImmutableArray<FaceMark>? Faces = null, ImmutableArray<ObjectMark>? Objects = null, float? PersonShare = null, FrameMask? PersonMask = null)
{
    /// <summary>Both together: what <paramref name="other"/> has, it replaces.</summary>
    public FrameDetections With(FrameDetections other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(other.Faces ?? Faces, other.Objects ?? Objects, other.PersonShare ?? PersonShare, other.PersonMask ?? PersonMask);
    }
}

/// <summary>
/// A face. <paramref name="Score"/>: how sure the detector is, 0..1. <paramref name="Points"/>: right eye, left eye, tip of the nose, right and left corner of the mouth,
/// as the person has them (the right eye is on the left of the picture); empty where the detector gives none.
/// </summary>
public sealed record FaceMark(MarkBox Box, float Score, ImmutableArray<MarkPoint> Points)
{
    /// <summary>What the face looks like; null when nobody asked.</summary>
    public FaceEmbedding? Embedding { get; init; }

    /// <summary>How open the eyes are, 0 closed..1 open, the lower of both; null when nobody asked.</summary>
    public float? EyesOpen { get; init; }

    /// <summary>Where the head points; null when nobody asked.</summary>
    public HeadPose? Pose { get; init; }
}

/// <summary>A thing with a name, e.g. <c>dog</c>. <paramref name="Score"/>: how sure the detector is, 0..1.</summary>
public sealed record ObjectMark(string Label, float Score, MarkBox Box);

/// <summary>A rectangle in relative coordinates.</summary>
public readonly record struct MarkBox(float Left, float Top, float Width, float Height)
{
    /// <summary>Share of the frame inside the box and the frame, 0..1.</summary>
    public float Share => Math.Max(0, Math.Min(1, Left + Width) - Math.Max(0, Left)) * Math.Max(0, Math.Min(1, Top + Height) - Math.Max(0, Top));

    /// <summary>The middle.</summary>
    public MarkPoint Center => new(Left + (Width / 2), Top + (Height / 2));

    /// <summary>Rounded to what a row keeps: a hundred-thousandth of the frame.</summary>
    public MarkBox Rounded() => new(MarkPoint.Round(Left), MarkPoint.Round(Top), MarkPoint.Round(Width), MarkPoint.Round(Height));
}

/// <summary>A place in relative coordinates.</summary>
public readonly record struct MarkPoint(float X, float Y)
{
    /// <summary>Rounded to what a row keeps: a hundred-thousandth of the frame.</summary>
    public MarkPoint Rounded() => new(Round(X), Round(Y));

    internal static float Round(float value) => MathF.Round(value, 5);
}

/// <summary>
/// Where a head points, in degrees, 0 0 0 = into the camera. <paramref name="Yaw"/> above 0: towards the right edge of the picture; <paramref name="Pitch"/> above 0: up;
/// <paramref name="Roll"/> above 0: tilted clockwise.
/// </summary>
public readonly record struct HeadPose(float Yaw, float Pitch, float Roll);
