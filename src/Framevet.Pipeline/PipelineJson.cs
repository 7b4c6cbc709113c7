using System.Text.Json;
using System.Text.Json.Serialization;

namespace Framevet.Pipeline;

/// <summary>The one set of JSON settings for recipes, rows, API, hub and files.</summary>
public static class PipelineJson
{
    /// <summary>camelCase, enums as names, unknown members refused, NaN never written.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    /// <summary>Applies the settings to options owned by somebody else (ASP.NET, SignalR).</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DictionaryKeyPolicy = null;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new RunIdJsonConverter());
        return options;
    }

    private sealed class RunIdJsonConverter : JsonConverter<Runs.RunId>
    {
        public override Runs.RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Runs.RunId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a run id.");

        public override void Write(Utf8JsonWriter writer, Runs.RunId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
