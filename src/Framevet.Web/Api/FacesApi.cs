using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace Framevet.Web.Api;

/// <summary>Faces in a picture that somebody gives as a reference. Nothing of the picture is kept.</summary>
internal static class FacesApi
{
    private const int MaxMegabytes = 64;

    public static void MapFaces(this RouteGroupBuilder api) =>
        api.MapPost("/faces", FindAsync).WithTags("People").RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("FindFaces")
            .WithSummary("Faces in a picture, each with the reference to look for it in runs")
            .WithDescription($"Multipart: one picture as a part named `files`, at most {MaxMegabytes} MiB; field `part`: JSON of the metric that will compare faces, with its options. "
                + "A face that is too small or turned away to be compared has no reference. The picture is not kept.")
            .Produces<FacesBody>()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
            .AddOpenApiOperationTransformer(ApiDocument.DescribePictureAsync);

    private static async Task<IResult> FindAsync(HttpContext http, FaceSearch search, IBlobStore blobs, ISettingsStore store, Pipeline.Storage.DiskReserve reserve, CancellationToken ct)
    {
        var limits = (await store.CurrentAsync(ct)).Settings.Limits;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = (MaxMegabytes + 1L) << 20;
        }

        var folder = blobs.NewWorkFolder();
        try
        {
            var form = await new UploadReader(limits with { MaxFiles = 1, MaxFileMegabytes = Math.Min(limits.MaxFileMegabytes, MaxMegabytes) }, folder, reserve).ReadAsync(http.Request, ct);
            if (form.Files is not [var picture])
            {
                throw form.Refused is [var refused, ..] ? refused.Error : new VettingException(FailureCode.InvalidRequest, "The request contains no picture; send it as a part named 'files'.");
            }

            var file = new SourceFile(picture.Path, picture.Name, new FileInfo(picture.Path).Length);
            var faces = await search.FindAsync(file, Part(form.Fields), ct);
            return TypedResults.Ok(new FacesBody([.. faces.Select(f => FaceBody.From(f, null, withReference: true))]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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
