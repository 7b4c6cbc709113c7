using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Faces;

/// <summary>
/// Somebody who was seen in a run: faces that look alike. <paramref name="Number"/> from 1, those in most frames first; it holds within one run only.
/// <paramref name="Look"/>: the middle of the looks of all <paramref name="Faces"/>, which is what other faces are compared with. Faces by rising PTS.
/// </summary>
public sealed record Person(int Number, FaceEmbedding Look, ImmutableArray<PersonFace> Faces);

/// <summary>
/// One face of a person. <paramref name="Face"/>: its place in the frame's list of faces. <paramref name="Quality"/>: how well it shows, 0..1; see
/// <see cref="FaceQuality"/>.
/// </summary>
public readonly record struct PersonFace(Pts Pts, int Face, float Quality);
