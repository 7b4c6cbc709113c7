using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Framevet.Pipeline.Recipes;

/// <summary>
/// Describes the options record of a part by its properties and their attributes: <see cref="DisplayAttribute"/>,
/// <see cref="RangeAttribute"/>, <see cref="AllowedValuesAttribute"/>, <see cref="ScoreNameAttribute"/>, <see cref="ModelNameAttribute"/> and
/// <see cref="ShortFlagAttribute"/>.
/// </summary>
internal static class PartOptionReader
{
    /// <summary>The options in the order they are declared.</summary>
    /// <exception cref="InvalidOperationException">A property has a type that no form can edit.</exception>
    public static ImmutableArray<PartOption> Describe(Type? optionsType, PartChoices known)
    {
        if (optionsType is null)
        {
            return [];
        }

        var defaults = Activator.CreateInstance(optionsType);
        return
        [
            .. Properties(optionsType).Select(p => Describe(p, p.GetValue(defaults), known)),
        ];
    }

    /// <summary>The properties that are options.</summary>
    public static IEnumerable<PropertyInfo> Properties(Type optionsType) =>
        optionsType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p is { CanRead: true, CanWrite: true });

    /// <summary>The JSON name of a property.</summary>
    public static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    /// <summary>
    /// The options with what the spec sets, where all of that are numbers, words and yes or no of the right kind; null otherwise. The same as reading the JSON, without the serialiser,
    /// whose start takes longer than scoring some frames.
    /// </summary>
    public static object? Plain(Type optionsType, PartSpec spec)
    {
        var options = Activator.CreateInstance(optionsType);
        foreach (var (name, value) in spec.Options)
        {
            var property = Properties(optionsType).FirstOrDefault(p => NameOf(p) == name);
            if (property is null || PlainValue(property.PropertyType, value) is not { } plain)
            {
                return null;
            }

            property.SetValue(options, plain);
        }

        return options;
    }

    private static object? PlainValue(Type type, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when type == typeof(double) => value.GetDouble(),
        JsonValueKind.Number when type == typeof(int) && value.TryGetInt32(out var whole) => whole,
        JsonValueKind.True when type == typeof(bool) => true,
        JsonValueKind.False when type == typeof(bool) => false,
        JsonValueKind.String when type == typeof(string) => value.GetString(),
        _ => null,
    };

    private static JsonElement Default(object? value, Type type) => value switch
    {
        bool yes => JsonElement.Parse(yes ? "true" : "false"),
        int whole => JsonElement.Parse(whole.ToString(CultureInfo.InvariantCulture)),
        double number when double.IsFinite(number) => JsonElement.Parse(number.ToString("R", CultureInfo.InvariantCulture)),
        _ => JsonSerializer.SerializeToElement(value, type, PipelineJson.Options),
    };

    private static PartOption Describe(PropertyInfo property, object? value, PartChoices known)
    {
        var display = property.GetCustomAttribute<DisplayAttribute>();
        var range = property.GetCustomAttribute<RangeAttribute>();
        var choices = Choices(property, known);
        return new PartOption(
            NameOf(property),
            display?.Name ?? property.Name,
            display?.Description ?? "",
            KindOf(property, choices),
            Default(value, property.PropertyType),
            Bound(range?.Minimum),
            Bound(range?.Maximum),
            choices)
        {
            Flag = property.GetCustomAttribute<ShortFlagAttribute>(),
        };
    }

    private static ImmutableArray<string> Choices(PropertyInfo property, PartChoices known)
    {
        if (property.IsDefined(typeof(ScoreNameAttribute)))
        {
            return known.Scores;
        }

        if (property.GetCustomAttribute<ModelNameAttribute>() is { } model)
        {
            return [.. known.Models.Where(m => m.Task == model.Task && m is { Input: not null, Head: not null }).Select(m => m.Id).Order(StringComparer.Ordinal)];
        }

        if (property.PropertyType.IsEnum)
        {
            return [.. Enum.GetNames(property.PropertyType).Select(JsonNamingPolicy.CamelCase.ConvertName)];
        }

        return property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed ? [.. allowed.Values.OfType<string>()] : [];
    }

    private static PartOptionKind KindOf(PropertyInfo property, ImmutableArray<string> choices)
    {
        var type = property.PropertyType;
        return type switch
        {
            _ when type == typeof(double) || type == typeof(float) => PartOptionKind.Number,
            _ when type == typeof(int) || type == typeof(long) => PartOptionKind.WholeNumber,
            _ when type == typeof(bool) => PartOptionKind.Boolean,
            _ when type == typeof(string) && property.IsDefined(typeof(FaceReferenceAttribute)) => PartOptionKind.Face,
            _ when type == typeof(string) => choices.IsEmpty ? PartOptionKind.Text : PartOptionKind.Choice,
            _ when type.IsEnum => PartOptionKind.Choice,
            _ when type == typeof(ImmutableSortedDictionary<string, double>) => PartOptionKind.NumberMap,
            _ => throw new InvalidOperationException($"{property.DeclaringType?.Name}.{property.Name} has type {type.Name}, which no form can edit."),
        };
    }

    private static double? Bound(object? bound) => bound is null ? null : Convert.ToDouble(bound, CultureInfo.InvariantCulture);
}

/// <summary>What options may name: scores of metrics, and models of the catalogue.</summary>
internal sealed record PartChoices(ImmutableArray<string> Scores, ImmutableArray<Models.ModelEntry> Models);
