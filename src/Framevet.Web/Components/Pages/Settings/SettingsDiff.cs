using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Web.Components.Pages.Settings;

/// <summary>One value that differs. <paramref name="Before"/> null = new, <paramref name="After"/> null = gone.</summary>
public sealed record SettingsChange(string Path, string? Before, string? After);

/// <summary>What differs between two settings, value by value, so that an admin sees it before saving.</summary>
public static class SettingsDiff
{
    /// <summary>Stands for a recipe or part that is there as a whole.</summary>
    public const string There = "there";

    /// <summary>All differences by path. Recipes and parts are matched by name, not by place.</summary>
    public static ImmutableArray<SettingsChange> Between(VettingSettings before, VettingSettings after)
    {
        var old = Flatten(before);
        var young = Flatten(after);
        return
        [
            .. old.Keys.Union(young.Keys).Order(StringComparer.Ordinal)
                .Select(path => new SettingsChange(path, old.GetValueOrDefault(path), young.GetValueOrDefault(path)))
                .Where(c => c.Before != c.After),
        ];
    }

    private static Dictionary<string, string> Flatten(VettingSettings settings)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Walk(JsonSerializer.SerializeToNode(settings, PipelineJson.Options), "", values);
        return values;
    }

    private static void Walk(JsonNode? node, string path, Dictionary<string, string> values)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    Walk(member, path.Length == 0 ? name : $"{path} › {name}", values);
                }

                break;
            case JsonArray items when items.All(i => i is JsonObject):
                for (var i = 0; i < items.Count; i++)
                {
                    var name = items[i]!["name"]?.ToString() ?? items[i]!["id"]?.ToString() ?? (i + 1).ToString(CultureInfo.InvariantCulture);
                    // The whole of a new or removed item is told by its name as well.
                    values[$"{path} › {name}"] = There;
                    Walk(items[i], $"{path} › {name}", values);
                }

                break;
            case null:
                break;
            default:
                values[path] = node.ToJsonString();
                break;
        }
    }
}
