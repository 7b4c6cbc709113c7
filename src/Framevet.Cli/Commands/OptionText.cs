using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary>Values of options as people type them. Bounds and names are left to the catalogue's check.</summary>
internal static class OptionText
{
    private static readonly string[] Yes = ["true", "yes", "on", "1"];
    private static readonly string[] No = ["false", "no", "off", "0"];

    /// <summary>The value as JSON of the option's kind. Maps: <c>sharpness:40,contrast:10</c>. <paramref name="flag"/> is for the sentence.</summary>
    /// <exception cref="VettingException">InvalidRequest: the text is no such value.</exception>
    public static JsonElement Read(PartOption option, string flag, string text) => option.Kind switch
    {
        PartOptionKind.WholeNumber => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? Json(whole) : throw Trouble(flag, option, "a whole number"),
        PartOptionKind.Number => Json(Number(flag, text)),
        PartOptionKind.Boolean => Yes.Contains(text, StringComparer.OrdinalIgnoreCase) ? Json(true)
            : No.Contains(text, StringComparer.OrdinalIgnoreCase) ? Json(false) : throw Trouble(flag, option, "true or false"),
        PartOptionKind.Choice => Json(option.Choices.FirstOrDefault(c => c.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw Trouble(flag, option, $"one of its choices ({Suggestion.For(text, option.Choices)})")),
        PartOptionKind.NumberMap => Json(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(pair => Pair(flag, pair)).ToDictionary()),
        _ => Json(text),
    };

    /// <summary>A finite number.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public static double Number(string flag, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new VettingException(FailureCode.InvalidRequest, $"--set {flag}: '{text}' is no number.");

    private static KeyValuePair<string, double> Pair(string flag, string pair) => pair.Split(':') is [{ Length: > 0 } name, var number]
        ? KeyValuePair.Create(name, Number(flag, number))
        : throw new VettingException(FailureCode.InvalidRequest, $"--set {flag}: write pairs as NAME:NUMBER, NAME:NUMBER, not '{pair}'.");

    private static VettingException Trouble(string flag, PartOption option, string wanted) => new(FailureCode.InvalidRequest, $"--set {flag}: {option.Name} takes {wanted}.");

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, PipelineJson.Options);
}
