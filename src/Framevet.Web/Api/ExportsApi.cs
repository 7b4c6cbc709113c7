using System.Collections.Frozen;
using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;
using Microsoft.Net.Http.Headers;

namespace Framevet.Web.Api;

/// <summary>Exports: ask for one, watch it, download it.</summary>
internal static class ExportsApi
{
    private const string Unknown = "application/octet-stream";

    // Served as attachments only; the policy of files keeps a browser from running anything in them.
    private static readonly FrozenDictionary<string, string> Kinds = new Dictionary<string, string>
    {
        [".zip"] = "application/zip",
        [".jpg"] = "image/jpeg",
        [".png"] = "image/png",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".avif"] = "image/avif",
        [".csv"] = "text/csv",
        [".json"] = "application/json",
        [".pdf"] = "application/pdf",
    }.ToFrozenDictionary();

    public static void MapExports(this RouteGroupBuilder api)
    {
        api.MapPost("/runs/{id}/exports", RequestAsync).WithTags("Exports").RequireAuthorization(Policies.Submit, Scopes.Export)
            .WithName("RequestExport").WithSummary("Make a file of the run's picks or of the given frames").Produces<ExportBody>(StatusCodes.Status202Accepted);

        var exports = api.MapGroup("/exports").WithTags("Exports").RequireAuthorization(Policies.SignedIn, Scopes.Export);
        exports.MapGet("/{id:guid}", GetAsync).WithName("GetExport").WithSummary("State of an export");
        exports.MapGet("/{id:guid}/file", FileAsync).WithName("DownloadExport").WithSummary("The finished file; understands Range")
            .Produces(StatusCodes.Status200OK, contentType: "application/zip", additionalContentTypes: [.. Kinds.Values.Where(k => k != "application/zip").Order(StringComparer.Ordinal), Unknown]).Produces(StatusCodes.Status206PartialContent);
    }

    private static async Task<IResult> RequestAsync(string id, ExportRequestBody? request, ClaimsPrincipal user, RunAccess access, ExportDesk desk, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        if (request?.Frames is { Length: > 0 } && run.Media is null)
        {
            throw new VettingException(FailureCode.Conflict, "The run has no frames yet.");
        }

        var frames = request?.Frames?.Select(pts => new Pts(pts, run.Media!.TimeBase));
        var export = await desk.RequestAsync(run.Id, frames is null ? null : [.. frames], request?.Exporter, user.ToActor(), ct);
        return TypedResults.Accepted($"{WebPaths.Api}/exports/{export.Id:N}", ExportBody.From(export));
    }

    private static async Task<ExportBody> GetAsync(Guid id, ClaimsPrincipal user, RunAccess access, CancellationToken ct) =>
        ExportBody.From((await access.ExportAsync(id, user.ToActor(), ct)).Export);

    private static async Task<IResult> FileAsync(Guid id, ClaimsPrincipal user, RunAccess access, IBlobStore blobs, HttpContext http, CancellationToken ct)
    {
        var (export, run) = await access.ExportAsync(id, user.ToActor(), ct);
        if (!RunAccess.MayDownload(run, user.ToActor()))
        {
            throw new VettingException(FailureCode.NotFound, "There is no such export.");
        }

        if (export is not { State: ExportState.Done, BlobKey: { } key, FileName: { } name })
        {
            throw new VettingException(FailureCode.Conflict, "The export is not finished.");
        }

        if (export.RemovedAt is { } removed)
        {
            throw new VettingException(FailureCode.NotFound, $"The file of this export was removed on {Pipeline.Retention.RunUpkeep.Day(removed)}, as the rules of this server say.");
        }

        var stream = await blobs.OpenReadAsync(key, ct) ?? throw new VettingException(FailureCode.NotFound, "The file of this export is gone.");
        http.Response.Headers.ContentSecurityPolicy = Hosting.SecurityHeaders.FilePolicy;
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.File(stream, Kinds.GetValueOrDefault(Path.GetExtension(name).ToLowerInvariant(), Unknown), name, entityTag: export.Sha256 is { } hash ? new EntityTagHeaderValue($"\"{hash}\"") : null,
            enableRangeProcessing: true);
    }
}
