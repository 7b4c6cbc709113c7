namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Marks an option that a short flag of the command line sets, e.g. <c>every</c> for <c>--every</c>: several parts may have one of the same name, and the flag means that of the
/// part which the recipe has.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ShortFlagAttribute(string name) : Attribute
{
    /// <summary>Name without dashes.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the flag brings this part into a recipe in which nothing answers to it; one part of a kind at most.</summary>
    public bool BringsPart { get; init; }
}
