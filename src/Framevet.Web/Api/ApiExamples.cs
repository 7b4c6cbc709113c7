using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Framevet.Web.Api;

/// <summary>
/// Examples of requests and answers in the OpenAPI document, made of the types themselves: a field that is added, renamed or removed is so in its example, too. What a field is called decides what
/// stands there.
/// </summary>
internal static class ApiExamples
{
    // Bodies nest less deep; what contains itself ends here.
    private const int Deepest = 8;

    private static readonly RunId Run = new(Guid.ParseExact("0198c0ffee0070008000a1b2c3d4e5f6", "N"));

    /// <summary>Values of the types that are one word in JSON.</summary>
    private static readonly Dictionary<Type, object> Words = new()
    {
        [typeof(RunId)] = Run,
        [typeof(Guid)] = Guid.Parse("5b1f6c1e-8a53-4a0e-9a3d-2f6c0b7f1d42"),
        [typeof(DateTimeOffset)] = new DateTimeOffset(2026, 11, 29, 9, 30, 0, TimeSpan.Zero),
        [typeof(DateTime)] = new DateTime(2026, 11, 29, 9, 30, 0, DateTimeKind.Utc),
        [typeof(DateOnly)] = new DateOnly(2026, 11, 29),
        [typeof(TimeSpan)] = TimeSpan.FromMinutes(30),
        [typeof(Uri)] = new Uri("https://media.example.org/holiday.mp4"),
        [typeof(bool)] = true,
        [typeof(ulong)] = 0x9F172786E71F1E00UL,
        [typeof(Recipe)] = BuiltInRecipes.TopTenth,
    };

    private static readonly Dictionary<string, string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ownerId"] = "7c9e6679-7425-40de-944b-e07fc1f90ae7", ["ownerName"] = "ada", ["by"] = "ada", ["user"] = "ada", ["actor"] = "ada", ["userName"] = "ada",
        ["sourceName"] = "holiday.mp4", ["fileName"] = "holiday.mp4", ["file"] = "holiday.mp4", ["path"] = "/runs", ["recipe"] = "Best frames", ["recipeName"] = "best-frames",
        ["sha256"] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", ["type"] = "urn:framevet:unsupported-media", ["detail"] = "The file notes.txt holds no pictures.",
        ["url"] = "https://media.example.org/holiday.mp4", ["address"] = "https://hooks.example.org/framevet", ["title"] = "Holiday", ["label"] = "explicit nudity", ["queue"] = "nudity",
        ["reason"] = "Kept: among the best of its scene.", ["note"] = "For the newsletter.", ["metric"] = "sharpness", ["score"] = "sharpness", ["unit"] = "0..100", ["tag"] = "beach",
        ["email"] = "ada@example.org", ["scope"] = "runs:read", ["scopes"] = "runs:read", ["timecode"] = "00:00:12:15", ["format"] = "jpeg", ["kind"] = "stills", ["events"] = "run.completed",
        ["id"] = "sharpness", ["name"] = "Holiday", ["key"] = "fv_…", ["secret"] = "…", ["password"] = "…", ["version"] = "1.0.0", ["embedding"] = "…", ["reference"] = "…",
    };

    private static readonly Dictionary<string, double> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bytes"] = 48_318_382, ["pts"] = 153_600, ["firstPts"] = 0, ["lastPts"] = 153_600, ["coverPts"] = 76_800, ["seconds"] = 12.5, ["startSeconds"] = 0, ["endSeconds"] = 12.5, ["durationSeconds"] = 94.2,
        ["index"] = 300, ["frames"] = 2826, ["total"] = 2826, ["take"] = 50, ["skip"] = 0, ["width"] = 1920, ["height"] = 1080, ["priority"] = 5, ["attempt"] = 1, ["revision"] = 42, ["stars"] = 4,
        ["confidence"] = 0.93, ["rank"] = 1, ["quality"] = 78.4,
    };

    /// <summary>Adds an example to every body and every parameter that has none.</summary>
    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var options = context.ApplicationServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
        if (context.Description.ParameterDescriptions.FirstOrDefault(p => p.Source == BindingSource.Body) is { Type: { } asked } && operation.RequestBody?.Content is { } contents)
        {
            Fill(contents, asked, options);
        }

        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            if (answer.Type is { } type && type != typeof(void) && operation.Responses?.GetValueOrDefault(answer.StatusCode.ToString(CultureInfo.InvariantCulture)) is { Content: { } bodies })
            {
                Fill(bodies, type, options, answer.StatusCode);
            }
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            var type = context.Description.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name)?.Type ?? typeof(string);
            parameter.Example ??= parameter.In == ParameterLocation.Path && type == typeof(string) && parameter.Name is "id" or "run" ? Run.ToString() : Of(type, parameter.Name ?? "", options, 0);
        }

        return Task.CompletedTask;
    }

    /// <summary>An example of a type, as the API writes it; null = JSON's null.</summary>
    public static JsonNode? Of(Type type, JsonSerializerOptions options) => Of(type, "", options, 0);

    private static void Fill(IDictionary<string, OpenApiMediaType> contents, Type type, JsonSerializerOptions options, int status = 0)
    {
        foreach (var (kind, content) in contents)
        {
            if (kind.EndsWith("json", StringComparison.Ordinal))
            {
                content.Example ??= type == typeof(Microsoft.AspNetCore.Mvc.ProblemDetails) ? Problem(status) : Of(type, options);
            }
        }
    }

    private static JsonObject Problem(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => new() { ["type"] = "urn:framevet:unauthenticated", ["title"] = "Sign in first", ["status"] = status },
        StatusCodes.Status404NotFound => new() { ["type"] = "urn:framevet:not-found", ["title"] = "Not found", ["status"] = status, ["detail"] = $"There is no run {Run}." },
        _ => new() { ["type"] = "urn:framevet:invalid-request", ["title"] = "Invalid request", ["status"] = status, ["detail"] = "'take' must be 1 to 500." },
    };

    private static JsonNode? Of(Type type, string name, JsonSerializerOptions options, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Words.TryGetValue(type, out var word))
        {
            return JsonSerializer.SerializeToNode(word, type, options);
        }

        if (type == typeof(string))
        {
            return Texts.GetValueOrDefault(name, "text");
        }

        if (type.IsEnum)
        {
            return JsonSerializer.SerializeToNode(Enum.GetValues(type).GetValue(0), type, options);
        }

        if (typeof(IConvertible).IsAssignableFrom(type))
        {
            var number = Numbers.GetValueOrDefault(name, type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? 0.5 : 1);
            return JsonSerializer.SerializeToNode(Convert.ChangeType(number, type, CultureInfo.InvariantCulture), type, options);
        }

        if (type == typeof(object) || typeof(JsonNode).IsAssignableFrom(type) || type == typeof(JsonElement) || depth > Deepest)
        {
            return new JsonObject();
        }

        var shape = options.GetTypeInfo(type);
        return shape.Kind switch
        {
            JsonTypeInfoKind.Enumerable => new JsonArray(Of(shape.ElementType!, Single(name), options, depth + 1)),
            JsonTypeInfoKind.Dictionary => new JsonObject { [Key(shape.KeyType!, options)] = Of(shape.ElementType!, name, options, depth + 1) },
            JsonTypeInfoKind.Object => Object(shape, options, depth),
            _ => Plain(type, options),
        };
    }

    private static JsonObject Object(JsonTypeInfo shape, JsonSerializerOptions options, int depth)
    {
        // One of the kinds, with the field that tells which.
        if (shape.PolymorphismOptions is { DerivedTypes: [var kind, ..] } choice && kind.DerivedType != shape.Type)
        {
            var one = Object(options.GetTypeInfo(kind.DerivedType), options, depth + 1);
            return new JsonObject([new(choice.TypeDiscriminatorPropertyName, JsonSerializer.SerializeToNode(kind.TypeDiscriminator)), .. one.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))]);
        }

        var example = new JsonObject();
        foreach (var property in shape.Properties.Where(p => p is { Get: not null, IsExtensionData: false }))
        {
            example[property.Name] = Of(property.PropertyType, property.Name, options, depth + 1);
        }

        return example;
    }

    private static string Key(Type type, JsonSerializerOptions options) => type == typeof(string) ? "sharpness" : Of(type, "", options, 0)?.ToString() ?? "1";

    // Written by a converter of ours: an empty one says what it looks like.
    private static JsonNode? Plain(Type type, JsonSerializerOptions options) =>
        typeof(IEnumerable).IsAssignableFrom(type) || !type.IsValueType ? null : JsonSerializer.SerializeToNode(Activator.CreateInstance(type), type, options);

    private static string Single(string name) => name.EndsWith('s') && !Texts.ContainsKey(name) ? name[..^1] : name;
}
