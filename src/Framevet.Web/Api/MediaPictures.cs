using System.Security.Claims;
using System.Security.Cryptography;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;
using Microsoft.Net.Http.Headers;

namespace Framevet.Web.Api;

/// <summary>
/// Pictures of frames for pages. What no verdict allows is sent blurred, except to people who may review and ask to see it. The entity tag
/// names which of the two it is, and browsers ask again each time: a picture seen before a verdict changed is never shown after it. With
/// <c>care=1</c> everything is blurred, whatever its verdict: that is how review pages ask.
/// </summary>
internal static class MediaPictures
{
    private const string ContentType = "image/jpeg";

    /// <summary>One gray pixel in place of a picture that was removed as the rules say; pages tell when.</summary>
    private static readonly byte[] RemovedPicture = Convert.FromBase64String("R0lGODlhAQABAIAAAJmZmQAAACwAAAAAAQABAAACAkQBADs=");

    public static void MapMedia(this IEndpointRouteBuilder app)
    {
        var media = app.MapGroup("/media").WithTags("Media").ExcludeFromDescription().RequireAuthorization(Policies.SignedIn, Scopes.RunsRead);
        media.MapGet("/thumbs/{run}/{pts:long}.jpg", ThumbAsync);
        media.MapGet("/frames/{run}/{pts:long}.jpg", FrameAsync);
        media.MapGet("/strips/{run}.png", StripAsync);
        media.MapGet("/faces/{run}/{pts:long}/{face:int}.jpg", FaceAsync);
    }

    private static async Task<IResult> ThumbAsync(string run, long pts, ClaimsPrincipal user, RunAccess access, FrameLookQuery query, IBlobStore blobs, BlurredPictures blurs,
        HttpContext http, CancellationToken ct, string? reveal = null, string? care = null)
    {
        var (owner, look) = await FindAsync(run, pts, user, access, query, ct);
        if (await IsRemovedAsync(owner, look, blobs, ct))
        {
            return Removed(http);
        }

        return IsClear(look, user, reveal, care)
            ? await StreamAsync(http, blobs, look.ThumbKey!, ct)
            : await BlurredAsync(http, blurs, look.ThumbKey!, ct);
    }

    private static async Task<IResult> FrameAsync(string run, long pts, ClaimsPrincipal user, RunAccess access, FrameLookQuery query, IBlobStore blobs, BlurredPictures blurs,
        ExportDesk desk, HttpContext http, CancellationToken ct, string? reveal = null, string? care = null)
    {
        var (owner, look) = await FindAsync(run, pts, user, access, query, ct);
        if (!IsClear(look, user, reveal, care))
        {
            if (await IsRemovedAsync(owner, look, blobs, ct))
            {
                return Removed(http);
            }

            return await BlurredAsync(http, blurs, look.ThumbKey!, ct);
        }

        // Without its source a frame is shown as large as it was kept.
        var stamp = new Pts(pts, owner.Media!.TimeBase);
        var key = owner.Upkeep.SourceRemovedAt is null ? await desk.FullFrameAsync(owner.Id, stamp, ct) : await desk.KeptFrameAsync(owner.Id, stamp, ct) ?? look.ThumbKey!;
        if (key == look.ThumbKey && await IsRemovedAsync(owner, look, blobs, ct))
        {
            return Removed(http);
        }

        return await StreamAsync(http, blobs, key, ct);
    }

    private static async Task<IResult> FaceAsync(string run, long pts, int face, ClaimsPrincipal user, RunAccess access, FrameLookQuery query, FaceCrops crops,
        HttpContext http, CancellationToken ct, string? reveal = null, string? care = null)
    {
        var owner = await access.RunAsync(run, user.ToActor(), ct);
        if (await query.FoundAsync(owner.Id, pts, ct) is not { Look: { ThumbKey: not null } look, Found.Faces: { } faces } || face < 0 || face >= faces.Length)
        {
            throw new VettingException(FailureCode.NotFound, "There is no picture of this face.");
        }

        var isClear = IsClear(look, user, reveal, care);
        SetHeaders(http);
        return TypedResults.Bytes(await crops.GetAsync(owner, pts, faces[face], look, isClear, ct), ContentType, entityTag: new EntityTagHeaderValue(isClear ? "\"clear\"" : "\"blurred\""));
    }

    private static async Task<IResult> StripAsync(string run, ClaimsPrincipal user, RunAccess access, TimeStrip strip, HttpContext http, CancellationToken ct)
    {
        var owner = await access.RunAsync(run, user.ToActor(), ct);
        var picture = await strip.GetAsync(owner.Id, ct) ?? throw new VettingException(FailureCode.NotFound, "The run has no frames yet.");
        SetHeaders(http);
        return TypedResults.Bytes(picture, "image/png", entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(picture).AsSpan(0, 12))}\""));
    }

    private static async Task<(Run Run, FrameLook Look)> FindAsync(string run, long pts, ClaimsPrincipal user, RunAccess access, FrameLookQuery query, CancellationToken ct)
    {
        var owner = await access.RunAsync(run, user.ToActor(), ct);
        return await query.GetAsync(owner.Id, pts, ct) is { ThumbKey: not null } look
            ? (owner, look)
            : throw new VettingException(FailureCode.NotFound, "There is no picture of this frame.");
    }

    private static bool IsClear(FrameLook look, ClaimsPrincipal user, string? reveal, string? care) =>
        (look.IsAllowed && care != "1") || (reveal == "1" && user.ToActor().Has(Rights.Review));

    private static async Task<bool> IsRemovedAsync(Run run, FrameLook look, IBlobStore blobs, CancellationToken ct) =>
        run.Upkeep is not { PicturesRemovedAt: null, EvidenceRemovedAt: null } && !await blobs.ExistsAsync(look.ThumbKey!, ct);

    private static Microsoft.AspNetCore.Http.HttpResults.FileContentHttpResult Removed(HttpContext http)
    {
        SetHeaders(http);
        return TypedResults.Bytes(RemovedPicture, "image/gif", entityTag: new EntityTagHeaderValue("\"removed\""));
    }

    private static async Task<IResult> StreamAsync(HttpContext http, IBlobStore blobs, string key, CancellationToken ct)
    {
        SetHeaders(http);
        var stream = await blobs.OpenReadAsync(key, ct) ?? throw new VettingException(FailureCode.NotFound, "The picture of this frame is gone.");
        return TypedResults.Stream(stream, ContentType, entityTag: new EntityTagHeaderValue("\"clear\""));
    }

    private static async Task<IResult> BlurredAsync(HttpContext http, BlurredPictures blurs, string thumbKey, CancellationToken ct)
    {
        SetHeaders(http);
        var look = await blurs.LookOfAsync(http.User.ToActor(), ct);
        return TypedResults.Bytes(await blurs.GetAsync(thumbKey, look, ct), ContentType, entityTag: new EntityTagHeaderValue($"\"blurred-{look}\""));
    }

    private static void SetHeaders(HttpContext http)
    {
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.ContentSecurityPolicy = Hosting.SecurityHeaders.FilePolicy;
    }
}
