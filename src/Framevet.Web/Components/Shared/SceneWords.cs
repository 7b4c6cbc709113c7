using Framevet.Data.Queries;

namespace Framevet.Web.Components.Shared;

/// <summary>How a scene is named.</summary>
public static class SceneWords
{
    /// <summary>Number, times and length, e.g. "Scene 3, 0:04.000 to 0:07.500, 3.5 s".</summary>
    public static string Of(SceneRow scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        return $"Scene {scene.Number}, {Formats.Clock(scene.StartSeconds)} to {Formats.Clock(scene.EndSeconds)}, {Length(scene)}";
    }

    /// <summary>Its length in seconds, with a tenth.</summary>
    public static string Length(SceneRow scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        return string.Create(System.Globalization.CultureInfo.CurrentCulture, $"{scene.EndSeconds - scene.StartSeconds:0.0} s");
    }
}
