using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Faces in a picture that somebody gives as a reference. Nothing of the picture is kept.</summary>
internal static class FacesApi
{
    public static void MapFaces(this RouteGroupBuilder api) =>
        api.MapPost("/faces", FindAsync).WithTags("People").RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("FindFaces")
            .WithSummary("Faces in a picture, each with the reference to look for it in runs")
            .WithDescription($"Multipart: one picture as a part named `files`, at most {PictureForm.MaxMegabytes} MiB; field `part`: JSON of the metric that will compare faces, with its options. "
                + "A face that is too small or turned away to be compared has no reference. The picture is not kept.")
            .Produces<FacesBody>()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
            .AddOpenApiOperationTransformer(ApiDocument.DescribePictureAsync);

    private static Task<IResult> FindAsync(HttpContext http, FaceSearch search, PictureForm pictures, CancellationToken ct) => pictures.ReadAsync<IResult>(
        http,
        async (picture, fields) =>
        {
            var faces = await search.FindAsync(picture, Part(fields), ct);
            return TypedResults.Ok(new FacesBody([.. faces.Select(f => FaceBody.From(f, null, withReference: true))]));
        },
        ct);

    private static PartSpec Part(ImmutableDictionary<string, string> fields)
    {
        try
        {
            return fields.GetValueOrDefault("part") is { Length: > 0 } json && JsonSerializer.Deserialize<PartSpec>(json, PipelineJson.Options) is { Id: not null } part
                ? part
                : throw new VettingException(FailureCode.InvalidRequest, "Name the metric that will compare faces in the field 'part'.");
        }
        catch (JsonException e)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The field 'part' is no JSON of a part: {e.Message}");
        }
    }
}

/// <summary>Faces in a picture, the largest first.</summary>
public sealed record FacesBody(ImmutableArray<FaceBody> Faces);
