using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary>How kinds of parts are called on the command line.</summary>
internal static class KindWord
{
    private static readonly (string Word, PartKind Kind)[] Words =
    [
        ("sampler", PartKind.Sampler), ("scenes", PartKind.SceneDetector), ("metric", PartKind.Metric), ("gate", PartKind.Gate),
        ("backend", PartKind.Moderation), ("selector", PartKind.Selector), ("exporter", PartKind.Exporter),
    ];

    private static readonly (string Word, PartKind Kind)[] Others =
    [
        ("scene", PartKind.SceneDetector), ("scene-detector", PartKind.SceneDetector), ("sceneDetector", PartKind.SceneDetector), ("moderation", PartKind.Moderation),
    ];

    /// <summary>The word of a kind.</summary>
    public static string Of(PartKind kind) => Words.First(w => w.Kind == kind).Word;

    /// <summary>The kind called so, in the singular or the plural; null when there is none.</summary>
    public static PartKind? Find(string word) =>
        Words.Concat(Others).Where(w => w.Word.Equals(word, StringComparison.OrdinalIgnoreCase) || $"{w.Word}s".Equals(word, StringComparison.OrdinalIgnoreCase))
            .Select(w => (PartKind?)w.Kind).FirstOrDefault();

    /// <summary>A sentence on a word that is none.</summary>
    public static string Unknown(string word) => $"there is no kind of part called '{word}' ({Suggestion.For(word, Words.Select(w => w.Word))}).";
}
