using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Resumable uploads: tus 1.0 with creation, creation-with-upload, deferred length, expiration, checksum, termination and concatenation.</summary>
internal static class UploadsApi
{
    public static void MapUploads(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/uploads").WithTags("Uploads").RequireAuthorization(Policies.Submit, Scopes.RunsWrite);
        group.MapMethods("", ["OPTIONS"], OptionsAsync).WithName("GetUploadOptions").WithSummary("What this tus server can do");
        group.MapGet("", ListAsync).WithName("ListUploads").WithSummary("Your unfinished uploads, oldest first");
        group.MapPost("/known", KnownAsync).WithName("SubmitKnown").WithSummary("Submit a file that is here already, by its SHA-256")
            .WithDescription("Answers 204 when you have no run of such a file: then upload it.").Produces<SubmittedRun>(StatusCodes.Status201Created).Produces(StatusCodes.Status204NoContent);

        var tus = api.MapGroup("/uploads").WithTags("Uploads").RequireAuthorization(Policies.Submit, Scopes.RunsWrite).RequireTusVersion();
        tus.MapPost("", CreateAsync).WithName("CreateUpload").WithSummary("Begin an upload (tus creation)")
            .WithDescription("`Upload-Metadata` keys: `filename` (needed), `recipe` (name) or `recipeJson`, `priority`, `sha256`. The finished upload becomes a run, named in `Upload-Run`.")
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
        tus.MapMethods("/{id}", ["HEAD"], FindAsync).WithName("GetUpload").WithSummary("How far an upload is");
        tus.MapPatch("/{id}", AppendAsync).WithName("AppendUpload").WithSummary("Send a piece").WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
        tus.MapDelete("/{id}", DeleteAsync).WithName("DeleteUpload").WithSummary("Throw an upload away");
    }

    private static async Task<IResult> OptionsAsync(HttpResponse response, UploadDesk desk, CancellationToken ct)
    {
        response.Headers["Tus-Version"] = TusHeaders.Version;
        response.Headers["Tus-Extension"] = TusHeaders.Extensions;
        response.Headers["Tus-Max-Size"] = Text(await desk.MaxBytesAsync(ct));
        response.Headers["Tus-Checksum-Algorithm"] = string.Join(',', UploadChecksum.Algorithms);
        return TypedResults.NoContent();
    }

    private static async Task<UploadBody[]> ListAsync(ClaimsPrincipal user, UploadDesk desk, CancellationToken ct) =>
        [.. (await desk.OpenAsync(user.ToActor(), ct)).Select(UploadBody.From)];

    private static async Task<IResult> KnownAsync(KnownFile file, ClaimsPrincipal user, UploadDesk desk, ISettingsStore settings, PartCatalog parts, CancellationToken ct)
    {
        var actor = user.ToActor();
        var recipe = RunChoice.Recipe(file.Recipe, file.RecipeJson, (await settings.CurrentAsync(ct)).Settings, parts);
        var request = new SubmitRequest(file.Sha256, RunChoice.FileName(file.Name), recipe, RunChoice.Priority(file.Priority, actor));
        return await desk.SubmitKnownAsync(file.Sha256, request, actor, ct) is { } run
            ? TypedResults.Created($"{WebPaths.Runs}/{run.Id}", new SubmittedRun(run.Id, run.SourceName, run.State))
            : TypedResults.NoContent();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ClaimsPrincipal user, UploadDesk desk, ISettingsStore settings, PartCatalog parts, CancellationToken ct)
    {
        var (request, actor) = (http.Request, user.ToActor());
        var length = TusHeaders.Number(request, TusHeaders.Length);
        var concat = request.Headers.TryGetValue(TusHeaders.Concat, out var text) ? text.ToString() : null;
        var isFinal = concat?.StartsWith("final;", StringComparison.Ordinal) == true;
        CheckLength(length, TusHeaders.IsDeferred(request), concat, isFinal);
        var wish = Wish(request, length, concat, actor, (await settings.CurrentAsync(ct)).Settings, parts);
        if (isFinal)
        {
            return Created(http, await Quotas(() => desk.ConcatAsync(wish, TusHeaders.Parts(concat!), actor, ct)));
        }

        var session = await Quotas(() => desk.CreateAsync(wish, actor, ct));
        if (request.ContentType == TusHeaders.PieceType)
        {
            var piece = new UploadPiece(0, request.ContentLength, null, TusHeaders.ChecksumOf(request));
            var status = await desk.AppendAsync(session.Id, piece, request.Body, actor, ct);
            return status.IsMismatch ? Mismatch() : Created(http, status);
        }

        return Created(http, new UploadStatus(session, 0));
    }

    private static async Task<IResult> FindAsync(string id, HttpResponse response, ClaimsPrincipal user, UploadDesk desk, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store";
        var status = await desk.FindAsync(IdOf(id), user.ToActor(), ct);
        Describe(response, status);
        response.Headers[TusHeaders.Offset] = Text(status.Offset);
        return TypedResults.Ok();
    }

    private static async Task<IResult> AppendAsync(string id, HttpContext http, ClaimsPrincipal user, UploadDesk desk, CancellationToken ct)
    {
        var request = http.Request;
        if (request.ContentType != TusHeaders.PieceType)
        {
            return TypedResults.Problem($"A piece is sent as {TusHeaders.PieceType}.", statusCode: StatusCodes.Status415UnsupportedMediaType);
        }

        var offset = TusHeaders.Number(request, TusHeaders.Offset) ?? throw new VettingException(FailureCode.InvalidRequest, $"The header {TusHeaders.Offset} is missing.");
        var piece = new UploadPiece(offset, request.ContentLength, TusHeaders.Number(request, TusHeaders.Length), TusHeaders.ChecksumOf(request));
        var status = await desk.AppendAsync(IdOf(id), piece, request.Body, user.ToActor(), ct);
        if (status.IsMismatch)
        {
            return Mismatch();
        }

        Describe(http.Response, status);
        http.Response.Headers[TusHeaders.Offset] = Text(status.Offset);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> DeleteAsync(string id, ClaimsPrincipal user, UploadDesk desk, CancellationToken ct)
    {
        await desk.DeleteAsync(IdOf(id), user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static void CheckLength(long? length, bool isDeferred, string? concat, bool isFinal)
    {
        if (concat is not null && concat != "partial" && !isFinal)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{TusHeaders.Concat} must be partial, or final; and the parts.");
        }

        if (isFinal ? length is not null || isDeferred : length is null != isDeferred)
        {
            throw new VettingException(FailureCode.InvalidRequest, isFinal
                ? $"A final upload has the length of its parts and names none."
                : $"Send either {TusHeaders.Length} or {TusHeaders.DeferLength}.");
        }
    }

    private static UploadSession Wish(HttpRequest request, long? length, string? concat, Actor actor, VettingSettings settings, PartCatalog parts)
    {
        var metadata = request.Headers.TryGetValue(TusHeaders.Metadata, out var text) ? text.ToString() : null;
        var pairs = TusHeaders.Pairs(metadata);
        var name = pairs.GetValueOrDefault("filename") ?? pairs.GetValueOrDefault("name");
        var isPartial = concat == "partial";
        if (name is null && !isPartial)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{TusHeaders.Metadata} must name the file (filename).");
        }

        var recipe = RunChoice.Recipe(pairs.GetValueOrDefault("recipe"), pairs.GetValueOrDefault("recipeJson"), settings, parts);
        var sha256 = pairs.GetValueOrDefault("sha256")?.ToLowerInvariant();
        if (sha256 is not null && (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower)))
        {
            throw new VettingException(FailureCode.InvalidRequest, "sha256 must be 64 hexadecimal digits.");
        }

        return new UploadSession
        {
            Id = Guid.NewGuid(),
            OwnerId = actor.Id,
            Name = RunChoice.FileName(name ?? "part"),
            Length = length,
            Kind = isPartial ? UploadKind.Partial : concat is null ? UploadKind.Whole : UploadKind.Final,
            Concat = concat,
            Metadata = metadata,
            Recipe = recipe is null ? null : JsonSerializer.Serialize(recipe, PipelineJson.Options),
            Priority = RunChoice.Priority(pairs.GetValueOrDefault("priority"), actor),
            PromisedSha256 = sha256,
            CreatedAt = default,
            ExpiresAt = default,
        };
    }

    /// <summary>Clients try a 409 again at once; "too much at the moment" must tell them to wait.</summary>
    private static async Task<T> Quotas<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (VettingException e) when (e.Code == FailureCode.Conflict)
        {
            throw new BadHttpRequestException(e.Message, StatusCodes.Status429TooManyRequests);
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.Created Created(HttpContext http, UploadStatus status)
    {
        Describe(http.Response, status);
        if (status.Offset > 0)
        {
            http.Response.Headers[TusHeaders.Offset] = Text(status.Offset);
        }

        return TypedResults.Created($"{WebPaths.Uploads}/{status.Session.Id:N}");
    }

    private static void Describe(HttpResponse response, UploadStatus status)
    {
        var session = status.Session;
        response.Headers[session.Length is null ? TusHeaders.DeferLength : TusHeaders.Length] = session.Length is { } length ? Text(length) : "1";
        response.Headers[TusHeaders.Expires] = session.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
        if (session.Metadata is { } metadata)
        {
            response.Headers[TusHeaders.Metadata] = metadata;
        }

        if (session.Concat is { } concat)
        {
            response.Headers[TusHeaders.Concat] = concat;
        }

        if (session.RunId is { } run)
        {
            response.Headers[TusHeaders.Run] = run.ToString();
        }
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Mismatch() => TypedResults.Problem("The bytes do not match their checksum and were thrown away.", statusCode: TusHeaders.ChecksumMismatch);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Guid IdOf(string id) => Guid.TryParseExact(id, "N", out var parsed) ? parsed : throw new VettingException(FailureCode.NotFound, "There is no such upload.");
}

/// <summary>A file that may be here already. <paramref name="Sha256"/> in lower-case hex; recipe by name or as JSON, neither = the default one.</summary>
public sealed record KnownFile(string Sha256 = "", string Name = "", string? Recipe = null, string? RecipeJson = null, string? Priority = null);

/// <summary>An unfinished upload; its size is null while its length is open.</summary>
/// <param name="Id">Last part of its address.</param>
/// <param name="Name">What the user calls the file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Offset">How much is here.</param>
/// <param name="Modified">The file's own time as the client gave it (metadata <c>modified</c>), so that the same file can be told.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="ExpiresAt">When it is thrown away.</param>
public sealed record UploadBody(string Id, string Name, long? Bytes, long Offset, string? Modified, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    internal static UploadBody From(UploadStatus status) => new(status.Session.Id.ToString("N"), status.Session.Name, status.Session.Length, status.Offset,
        TusHeaders.Pairs(status.Session.Metadata).GetValueOrDefault("modified"), status.Session.CreatedAt, status.Session.ExpiresAt);
}
