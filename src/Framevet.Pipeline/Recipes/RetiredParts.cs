using System.Collections.Frozen;

namespace Framevet.Pipeline.Recipes;

/// <summary>Ids that stored recipes may still name, with the id that took over. Ids are never reused, so entries stay for ever.</summary>
internal static class RetiredParts
{
    private static readonly FrozenDictionary<(PartKind Kind, string Id), string> Successors =
        new Dictionary<(PartKind Kind, string Id), string>().ToFrozenDictionary();

    /// <summary>The id in use today.</summary>
    public static string Current(PartKind kind, string id) => Successors.GetValueOrDefault((kind, id), id);
}
