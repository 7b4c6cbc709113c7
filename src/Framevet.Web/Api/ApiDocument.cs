using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Framevet.Web.Api;

/// <summary>The OpenAPI document.</summary>
internal static class ApiDocument
{
    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Framevet",
                Version = "v1",
                Description = "Submit media, follow runs, read frames with their scores, decide reviews, download exports. "
                    + "Errors are problem details whose `type` is stable (`urn:framevet:…`). Ids of runs are 32 hexadecimal digits.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [ApiKeyScheme.Name] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, `fv_…`." },
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKeyScheme.Name, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(ApiExamples.AddAsync);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(RunId))
            {
                schema.Type = JsonSchemaType.String;
                schema.Pattern = "^[0-9a-f]{32}$";
                schema.Properties?.Clear();
            }

            return Task.CompletedTask;
        });
    });

    private static readonly OpenApiSchema Text = new() { Type = JsonSchemaType.String };
    private static readonly OpenApiSchema Bytes = new() { Type = JsonSchemaType.String, Format = "binary" };

    /// <summary>The request of an upload, which the route reads itself and therefore does not declare.</summary>
    public static Task DescribeUploadAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        operation.RequestBody = Multipart(["files"], new()
        {
            ["files"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Bytes },
            ["recipe"] = new OpenApiSchema { Type = JsonSchemaType.String, Examples = ["Best frames"] },
            ["recipeJson"] = Text,
            ["priority"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = "9" },
        });
        return Task.CompletedTask;
    }

    /// <summary>The request with a picture in which faces are looked for.</summary>
    public static Task DescribePictureAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        operation.RequestBody = Multipart(["files", "part"], new() { ["files"] = Bytes, ["part"] = Text });
        return Task.CompletedTask;
    }

    /// <summary>The request with a picture that is tried against the policy.</summary>
    public static Task DescribeTrialAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        operation.RequestBody = Multipart(["files"], new() { ["files"] = Bytes, ["services"] = Text, ["draft"] = Text });
        return Task.CompletedTask;
    }

    private static OpenApiRequestBody Multipart(HashSet<string> required, Dictionary<string, IOpenApiSchema> fields) => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["multipart/form-data"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Required = required, Properties = fields } },
        },
    };
}
