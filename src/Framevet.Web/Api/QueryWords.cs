using System.Collections.Immutable;
using Framevet.Pipeline;

namespace Framevet.Web.Api;

/// <summary>Words in a query string, written as in the JSON: <c>?state=awaitingReview&amp;state=running</c>.</summary>
internal static class QueryWords
{
    /// <summary>The values named; null when none is. Upper and lower case do not matter.</summary>
    /// <exception cref="VettingException">InvalidRequest for a word that is none of them; the message lists them.</exception>
    public static ImmutableArray<T>? Read<T>(string[]? words)
        where T : struct, Enum =>
        words is not { Length: > 0 } ? null : [.. words.SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(One<T>)];

    private static T One<T>(string word)
        where T : struct, Enum =>
        Enum.GetNames<T>().FirstOrDefault(n => n.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<T>(name)
            : throw new VettingException(FailureCode.InvalidRequest,
                $"'{word}' is none of: {string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName))}.");
}
