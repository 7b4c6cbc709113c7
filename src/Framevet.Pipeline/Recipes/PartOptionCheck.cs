using System.Globalization;
using System.Text.Json;

namespace Framevet.Pipeline.Recipes;

/// <summary>Compares the JSON value of an option with its description.</summary>
internal static class PartOptionCheck
{
    /// <summary>Every fault of <paramref name="value"/> as the rest of a sentence that begins with the option's name; empty when it fits.</summary>
    public static IEnumerable<string> Faults(PartOption option, JsonElement value) => option.Kind switch
    {
        PartOptionKind.Number => Number(option, option.Name, value),
        PartOptionKind.WholeNumber when value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out _) =>
            [$"{option.Name} must be a whole number, not {value.GetRawText()}"],
        PartOptionKind.WholeNumber => Number(option, option.Name, value),
        PartOptionKind.Boolean when value.ValueKind is not (JsonValueKind.True or JsonValueKind.False) =>
            [$"{option.Name} must be true or false, not {value.GetRawText()}"],
        PartOptionKind.Text or PartOptionKind.Choice or PartOptionKind.Face when value.ValueKind != JsonValueKind.String =>
            [$"{option.Name} must be text, not {value.GetRawText()}"],
        PartOptionKind.Choice when !option.Choices.Contains(value.GetString()!) =>
            [$"{option.Name} cannot be '{value.GetString()}' ({Suggestion.For(value.GetString()!, option.Choices)})"],
        PartOptionKind.NumberMap => NumberMap(option, value),
        _ => [],
    };

    private static IEnumerable<string> Number(PartOption option, string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !double.IsFinite(value.GetDouble()))
        {
            yield return $"{name} must be a number, not {value.GetRawText()}";
            yield break;
        }

        var number = value.GetDouble();
        if (number < option.Min || number > option.Max)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} is {number}, but must lie in {option.Min}..{option.Max}");
        }
    }

    private static IEnumerable<string> NumberMap(PartOption option, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return [$"{option.Name} must be an object of numbers, not {value.GetRawText()}"];
        }

        return value.EnumerateObject().SelectMany(member =>
            option.Choices.IsEmpty || option.Choices.Contains(member.Name)
                ? Number(option, $"{option.Name}.{member.Name}", member.Value)
                : [$"{option.Name} has no '{member.Name}' ({Suggestion.For(member.Name, option.Choices)})"]);
    }
}
