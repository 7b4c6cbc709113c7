namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Marks an option that names a score: the value of a text option, the names of a number map. The catalogue offers all known scores
/// as choices, and a recipe is only valid when one of its metrics gives the named score.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ScoreNameAttribute : Attribute;
