using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Recipes;

namespace Framevet.Web.Components.Shared;

/// <summary>Reads and changes the options of a part spec as a form sees them: what is not set shows its default and is not stored.</summary>
public readonly record struct PartValues(PartSpec Spec)
{
    /// <summary>The chosen value, else the default.</summary>
    public JsonElement Read(PartOption option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return Spec.Options.TryGetValue(option.Name, out var chosen) ? chosen : option.Default;
    }

    /// <summary>The spec with one option changed; a value equal to the default, or null, is taken out again.</summary>
    public PartSpec With(PartOption option, JsonElement? value)
    {
        ArgumentNullException.ThrowIfNull(option);
        var options = value is not { } v || JsonElement.DeepEquals(v, option.Default)
            ? Spec.Options.Remove(option.Name)
            : Spec.Options.SetItem(option.Name, v);
        return Spec with { Options = options };
    }

    /// <summary>Any plain value as JSON; null stays null.</summary>
    public static JsonElement? Of<T>(T? value) => value is null ? null : JsonSerializer.SerializeToElement(value);

    /// <summary>Numbers by name, empty for anything that is no object.</summary>
    public static ImmutableSortedDictionary<string, double> Map(JsonElement value) => value.ValueKind is JsonValueKind.Object
        ? value.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.Number).ToImmutableSortedDictionary(p => p.Name, p => p.Value.GetDouble(), StringComparer.Ordinal)
        : ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>All names a number map may have, set or not: those that are set and those the option offers.</summary>
    public static ImmutableArray<(string Name, double? Number)> Entries(PartOption option, JsonElement value)
    {
        ArgumentNullException.ThrowIfNull(option);
        var map = Map(value);
        return [.. map.Keys.Union(option.Choices).Order(StringComparer.Ordinal).Select(name => (name, map.TryGetValue(name, out var number) ? number : (double?)null))];
    }

    /// <summary>Reads what was typed into a number field; an empty field means the default (value null). On false <paramref name="fault"/> says why.</summary>
    public static bool TryNumber(PartOption option, string? text, out JsonElement? value, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(option);
        value = null;
        fault = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            fault = $"{option.Title} must be a number.";
        }
        else if (option.Kind is PartOptionKind.WholeNumber && number != Math.Truncate(number))
        {
            fault = $"{option.Title} must be a whole number.";
        }
        else if (option.Kind is PartOptionKind.WholeNumber && Math.Abs(number) > int.MaxValue)
        {
            fault = $"{option.Title} is too large a number.";
        }
        else if (number < option.Min || number > option.Max)
        {
            fault = $"{option.Title} must be {Bounds(option)}.";
        }
        else
        {
            value = option.Kind is PartOptionKind.WholeNumber ? Of((long)number) : Of(number);
        }

        return fault is null;
    }

    /// <summary>How many options a part has and how many of them are not as they come, in words.</summary>
    public static string Changed(PartInfo part, PartSpec spec)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Options.Count == 0 ? (part.Options.Length == 1 ? "1 option, built-in value" : $"{part.Options.Length} options, built-in values") : $"{spec.Options.Count} of {part.Options.Length} changed";
    }

    /// <summary>Bounds in words; empty when there are none.</summary>
    public static string Bounds(PartOption option)
    {
        ArgumentNullException.ThrowIfNull(option);
        return (option.Min, option.Max) switch
        {
            ({ } min, { } max) => $"{Plain(min)} to {Plain(max)}",
            ({ } min, null) => $"{Plain(min)} or more",
            (null, { } max) => $"{Plain(max)} or less",
            _ => "",
        };
    }

    private static string Plain(double value) => value.ToString("#,0.####", CultureInfo.CurrentCulture);
}
