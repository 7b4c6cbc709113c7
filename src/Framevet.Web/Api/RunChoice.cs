using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Api;

/// <summary>What a submission says about the run: the same rules however the file arrives.</summary>
internal static class RunChoice
{
    private const int MaxName = 255;

    /// <summary>The recipe named or given; null = the default one.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public static Recipe? Recipe(string? name, string? json, VettingSettings settings, PartCatalog parts)
    {
        if (!string.IsNullOrEmpty(json))
        {
            var given = Parse(json);
            var faults = parts.Validate(given);
            return faults.IsEmpty ? given : throw new VettingException(FailureCode.InvalidRequest, $"The recipe is not valid: {string.Join(" ", faults)}");
        }

        return string.IsNullOrEmpty(name)
            ? null
            : settings.Recipes.FirstOrDefault(r => r.Name == name) ?? throw new VettingException(FailureCode.InvalidRequest,
                $"There is no recipe '{name}'; there are: {string.Join(", ", settings.Recipes.Select(r => r.Name))}.");
    }

    /// <summary>Everybody may be patient; only admins may jump the queue.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public static int Priority(string? text, Actor actor)
    {
        const int normal = 5;
        if (string.IsNullOrEmpty(text))
        {
            return normal;
        }

        var most = actor.Has(Rights.Administer) ? 9 : normal;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) && priority <= most
            ? priority
            : throw new VettingException(FailureCode.InvalidRequest, $"priority must be a whole number from 0 to {most}.");
    }

    /// <summary>The last part of a name, without control characters; some clients send a whole path.</summary>
    public static string FileName(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new string([.. last.Where(c => !char.IsControl(c))]).Trim();
        return clean.Length == 0 ? "unnamed" : clean[..Math.Min(clean.Length, MaxName)];
    }

    private static Recipe Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Recipe>(json, PipelineJson.Options)
                ?? throw new VettingException(FailureCode.InvalidRequest, "The recipe is empty.");
        }
        catch (JsonException e)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The recipe is not valid JSON of a recipe: {e.Message}");
        }
    }
}
