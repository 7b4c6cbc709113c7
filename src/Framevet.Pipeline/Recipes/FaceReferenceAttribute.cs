namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Marks a text option that holds what a wanted face looks like (<see cref="Scoring.FaceEmbedding"/>; several separated by blanks, empty = nobody). Forms offer to find the
/// face in a picture, or to take one of an earlier run.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FaceReferenceAttribute : Attribute;
