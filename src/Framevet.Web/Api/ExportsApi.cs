using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
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
        [".jsonl"] = "application/x-ndjson",
        [".pdf"] = "application/pdf",
        [".edl"] = "text/plain",
        [".otio"] = "application/json",
    }.ToFrozenDictionary();

    public static void MapExports(this RouteGroupBuilder api)
    {
        api.MapPost("/runs/{id}/exports", RequestAsync).WithTags("Exports").RequireAuthorization(Policies.Submit, Scopes.Export)
            .WithName("RequestExport").WithSummary("Make a file of the run's picks or of the given frames").Produces<ExportBody>(StatusCodes.Status202Accepted);

        api.MapGet("/runs/{id}/exports", ListAsync).WithTags("Exports").RequireAuthorization(Policies.SignedIn, Scopes.Export)
            .WithName("ListExports").WithSummary("Exports of a run, newest first, also those that failed or expired");

        var exports = api.MapGroup("/exports").WithTags("Exports").RequireAuthorization(Policies.SignedIn, Scopes.Export);
        exports.MapGet("/{id:guid}", GetAsync).WithName("GetExport").WithSummary("State of an export");
        exports.MapGet("/{id:guid}/file", FileAsync).WithName("DownloadExport").WithSummary("The finished file; understands Range")
            .Produces(StatusCodes.Status200OK, contentType: "application/zip", additionalContentTypes: [.. Kinds.Values.Distinct().Where(k => k != "application/zip").Order(StringComparer.Ordinal), Unknown]).Produces(StatusCodes.Status206PartialContent).Produces(StatusCodes.Status302Found);
        exports.MapPost("/{id:guid}/repeat", RepeatAsync).RequireAuthorization(Policies.Submit).WithName("RepeatExport").WithSummary("Make a failed or expired export again").Produces<ExportBody>(StatusCodes.Status202Accepted);
        exports.MapDelete("/{id:guid}", RemoveAsync).RequireAuthorization(Policies.Submit).WithName("RemoveExport").WithSummary("Remove the file of a finished export");
    }

    private static async Task<IResult> RequestAsync(string id, ExportRequestBody? request, ClaimsPrincipal user, RunAccess access, ExportDesk desk, ExportChooser chooser, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        if (request is { Frames: not null, What: not null })
        {
            throw new VettingException(FailureCode.InvalidRequest, "Frames are named one by one or by conditions, not both.");
        }

        if (request?.Frames is { Length: > 0 } && run.Media is null)
        {
            throw new VettingException(FailureCode.Conflict, "The run has no frames yet.");
        }

        ImmutableArray<Pts>? frames = request?.Frames is { } named ? [.. named.Select(pts => new Pts(pts, run.Media!.TimeBase))] : await chooser.ChooseAsync(run, request?.What, user.ToActor(), ct);
        var export = await desk.RequestAsync(run.Id, frames, request?.Exporter, user.ToActor(), ct);
        return TypedResults.Accepted($"{WebPaths.Api}/exports/{export.Id:N}", ExportBody.From(export));
    }

    private static async Task<ImmutableArray<ExportBody>> ListAsync(string id, ClaimsPrincipal user, RunAccess access, IExportStore store, CancellationToken ct) =>
        [.. (await store.ForRunAsync((await access.RunAsync(id, user.ToActor(), ct)).Id, ct)).Select(ExportBody.From)];

    private static async Task<IResult> RepeatAsync(Guid id, ClaimsPrincipal user, ExportDesk desk, CancellationToken ct) =>
        TypedResults.Accepted($"{WebPaths.Api}/exports/{id:N}", ExportBody.From(await desk.RepeatAsync(id, user.ToActor(), ct)));

    private static async Task<ExportBody> RemoveAsync(Guid id, ClaimsPrincipal user, ExportDesk desk, CancellationToken ct) => ExportBody.From(await desk.RemoveAsync(id, user.ToActor(), ct));

    private static async Task<ExportBody> GetAsync(Guid id, ClaimsPrincipal user, RunAccess access, CancellationToken ct) =>
        ExportBody.From((await access.ExportAsync(id, user.ToActor(), ct)).Export);

    private static async Task<IResult> FileAsync(Guid id, ClaimsPrincipal user, RunAccess access, ExportShelf shelf, HttpContext http, CancellationToken ct)
    {
        var (export, run) = await access.ExportAsync(id, user.ToActor(), ct);
        if (!RunAccess.MayDownload(run, user.ToActor()))
        {
            throw new VettingException(FailureCode.NotFound, "There is no such export.");
        }

        if (export.RemovedAt is { } removed)
        {
            throw new VettingException(FailureCode.NotFound, $"The file of this export was removed on {Pipeline.Retention.RunUpkeep.Day(removed)}, as the rules of this server say.");
        }

        if (export.State == ExportState.Expired)
        {
            throw new VettingException(FailureCode.NotFound, "The file of this export was removed when its time was over; it can be made again.");
        }

        if (export is not { State: ExportState.Done, FileName: { } name })
        {
            throw new VettingException(FailureCode.Conflict, "The export is not finished.");
        }

        if (await shelf.AddressAsync(export, ct) is { } elsewhere)
        {
            return TypedResults.Redirect(elsewhere.AbsoluteUri);
        }

        var stream = await shelf.OpenAsync(export, ct) ?? throw new VettingException(FailureCode.NotFound, "The file of this export is gone.");
        http.Response.Headers.ContentSecurityPolicy = Hosting.SecurityHeaders.FilePolicy;
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.File(stream, Kinds.GetValueOrDefault(Path.GetExtension(name).ToLowerInvariant(), Unknown), name, entityTag: export.Sha256 is { } hash ? new EntityTagHeaderValue($"\"{hash}\"") : null,
            enableRangeProcessing: true);
    }
}
