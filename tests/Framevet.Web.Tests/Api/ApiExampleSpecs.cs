using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Tests.Api;

/// <summary>Whoever reads the document of the API sees for each call what goes in and what comes back.</summary>
public sealed class ApiExampleSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private JsonSerializerOptions Options => app.Services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;

    [Fact]
    public async Task Every_JSON_body_and_every_parameter_has_an_example_that_fits_its_schema()
    {
        using var client = await app.SignInAsync("example-reader", [Roles.Submitter], Ct);
        var document = JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Ct))!.AsObject();
        ((string?)document["openapi"])!.ShouldStartWith("3.1");
        var schemas = document["components"]!["schemas"]!.AsObject();

        var lacks = new List<string>();
        var seen = 0;
        foreach (var (path, verbs) in document["paths"]!.AsObject())
        {
            foreach (var (verb, operation) in verbs!.AsObject())
            {
                var place = $"{verb} {path}";
                lacks.AddRange((operation!["parameters"]?.AsArray() ?? []).Where(p => p!["example"] is null).Select(p => $"{place}: parameter {p!["name"]}"));
                var bodies = (operation["responses"]?.AsObject() ?? []).Select(r => (Name: r.Key, Body: (JsonNode?)r.Value!["content"])).Append((Name: "request", Body: operation["requestBody"]?["content"]));
                foreach (var (name, content) in bodies.SelectMany(b => (b.Body?.AsObject() ?? []).Where(c => c.Key.EndsWith("json", StringComparison.Ordinal)).Select(c => (b.Name, Content: c.Value!))))
                {
                    seen++;
                    if (!content.AsObject().TryGetPropertyValue("example", out var example))
                    {
                        lacks.Add($"{place}: {name}");
                    }
                    else if (Fault(content["schema"], example, schemas, "") is { } fault)
                    {
                        lacks.Add($"{place}: {name}{fault}");
                    }
                }
            }
        }

        seen.ShouldBeGreaterThan(150);
        lacks.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_examples_ask_for_is_what_the_server_reads()
    {
        var asked = app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).Select(e => e.Metadata.GetMetadata<IAcceptsMetadata>())
            .Where(a => a?.RequestType is not null && a.ContentTypes.Contains("application/json")).Select(a => a!.RequestType!).Distinct().ToArray();
        asked.Length.ShouldBeGreaterThan(15);

        foreach (var type in asked)
        {
            var example = ApiExamples.Of(type, Options);

            var read = JsonSerializer.Deserialize(example, type, Options);

            JsonNode.DeepEquals(JsonSerializer.SerializeToNode(read, type, Options), example).ShouldBeTrue($"{type.Name}: {example}");
        }
    }

    // As much of JSON schema as the document uses.
    private static string? Fault(JsonNode? schema, JsonNode? value, JsonObject schemas, string at)
    {
        if (schema is not JsonObject one)
        {
            return null;
        }

        if (one["$ref"] is { } reference)
        {
            return Fault(schemas[((string)reference!).Split('/')[^1]], value, schemas, at);
        }

        if ((one["oneOf"] ?? one["anyOf"]) is JsonArray choices)
        {
            return choices.Any(c => Fault(c, value, schemas, at) is null) ? null : $"{at}: none of the choices";
        }

        string[] types = one["type"] switch { JsonArray several => [.. several.Select(t => (string)t!)], JsonValue single => [(string)single!], _ => [] };
        var kind = value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => types.Contains("integer") ? "integer" : "number",
            _ => "boolean",
        };
        if (types.Length > 0 && !types.Contains(kind))
        {
            return $"{at}: {kind} instead of {string.Join(" or ", types)}";
        }

        if (one["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
        {
            return $"{at}: {value} is none of the words";
        }

        return value switch
        {
            JsonObject fields => (one["required"]?.AsArray() ?? []).Select(r => (string)r!).Where(r => !fields.ContainsKey(r)).Select(r => $"{at}.{r} is not there").FirstOrDefault()
                ?? (one["properties"]?.AsObject() ?? []).Where(p => fields.ContainsKey(p.Key)).Select(p => Fault(p.Value, fields[p.Key], schemas, $"{at}.{p.Key}")).FirstOrDefault(f => f is not null),
            JsonArray items => items.Select((item, i) => Fault(one["items"], item, schemas, $"{at}[{i}]")).FirstOrDefault(f => f is not null),
            _ => null,
        };
    }
}
