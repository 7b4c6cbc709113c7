using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Scoring;

namespace Framevet.Web.Api;

/// <summary>
/// Somebody seen in a run, in <paramref name="Frames"/> of its frames. <paramref name="Cover"/>: the face that stands for them; <paramref name="Reference"/>: what they
/// look like, only where one person is asked for.
/// </summary>
public sealed record PersonBody(int Number, int Frames, int Faces, double FirstSeconds, double LastSeconds, PersonCover Cover, string? Reference)
{
    internal static PersonBody From(PersonRow row, FaceEmbedding? look = null) =>
        new(row.Number, row.Frames, row.Faces, row.FirstSeconds, row.LastSeconds, new PersonCover(row.Pts, row.Face, row.IsAllowed), look?.ToString());
}

/// <summary>A face: its place in the list of the frame at <paramref name="Pts"/>. <paramref name="IsAllowed"/>: a verdict allows that frame to be seen.</summary>
public sealed record PersonCover(long Pts, int Face, bool IsAllowed);

/// <summary>What models found in a frame. <paramref name="PersonShare"/>: share of the frame that belongs to people, 0..1; <paramref name="PersonMask"/>: the cells that do.</summary>
public sealed record DetectionsBody(ImmutableArray<FaceBody>? Faces, ImmutableArray<ObjectMark>? Objects, float? PersonShare, FrameMask? PersonMask)
{
    internal static DetectionsBody From(FrameDetections? found, ImmutableDictionary<int, int> people, bool withReference) => new(
        found?.Faces is { } faces ? [.. faces.Select((face, i) => FaceBody.From(face, people.TryGetValue(i, out var person) ? person : null, withReference))] : null,
        found?.Objects, found?.PersonShare, found?.PersonMask);
}

/// <summary>
/// A face. <paramref name="Points"/>: right eye, left eye, nose, right and left corner of the mouth, as the person has them. <paramref name="Person"/>: number of the
/// person of the run; null when the face was not grouped.
/// </summary>
public sealed record FaceBody(MarkBox Box, float Score, ImmutableArray<MarkPoint> Points, float? EyesOpen, HeadPose? Pose, int? Person, string? Reference)
{
    internal static FaceBody From(FaceMark face, int? person, bool withReference) =>
        new(face.Box, face.Score, face.Points, face.EyesOpen, face.Pose, person, withReference ? face.Embedding?.ToString() : null);
}
