using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline;

namespace Framevet.Cli;

/// <summary>How things are printed: the same on every machine, whatever its language.</summary>
internal static class Printing
{
    /// <summary>Numbers with a point.</summary>
    public static CultureInfo Culture { get; } = CultureInfo.InvariantCulture;

    /// <summary>The pipeline's JSON, indented for people.</summary>
    public static JsonSerializerOptions Json { get; } = new(PipelineJson.Options) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A position in a film, e.g. <c>1:02:03.450</c>.</summary>
    public static string Position(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Abs(seconds));
        var text = time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time.ToString(@"mm\:ss\.fff", Culture)}" : time.ToString(@"m\:ss\.fff", Culture);
        return seconds < 0 ? $"-{text}" : text;
    }
}
