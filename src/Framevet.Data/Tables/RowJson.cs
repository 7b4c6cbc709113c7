using System.Text.Json;
using Framevet.Pipeline;

namespace Framevet.Data.Tables;

/// <summary>JSON columns, written with the one set of settings.</summary>
internal static class RowJson
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, PipelineJson.Options);

    /// <exception cref="JsonException">The column does not hold a <typeparamref name="T"/>.</exception>
    public static T Read<T>(string json)
        where T : notnull => JsonSerializer.Deserialize<T>(json, PipelineJson.Options) ?? throw new JsonException($"A {typeof(T).Name} column holds null.");
}
