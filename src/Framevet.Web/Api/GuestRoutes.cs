using Framevet.Data.Queries;
using Framevet.Pipeline.Sharing;
using Framevet.Web.Components.Pages.Guests;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Framevet.Web.Api;

/// <summary>
/// Pages of people who have a link and no account. Whatever is wrong with a link, the answer is the same 404: nobody learns whether it never was, is over or was revoked. Frames are asked for anew with each picture.
/// </summary>
internal static class GuestRoutes
{
    private const int PageSize = 60;

    public static void MapGuests(this IEndpointRouteBuilder app)
    {
        var guests = app.MapGroup("/g/{token}").ExcludeFromDescription().AllowAnonymous().RequireRateLimiting(GuestLimit.Requests).DisableAntiforgery();
        guests.MapGet("", PageAsync);
        guests.MapPost("/password", PasswordAsync).RequireRateLimiting(GuestLimit.Passwords);
        guests.MapPost("/picks", PickAsync);
        guests.MapGet("/thumbs/{pts:long}.jpg", (string token, long pts, HttpContext http, GuestDoor door, CancellationToken ct) => PictureAsync(token, pts, isFull: false, http, door, ct));
        guests.MapGet("/frames/{pts:long}.jpg", (string token, long pts, HttpContext http, GuestDoor door, CancellationToken ct) => PictureAsync(token, pts, isFull: true, http, door, ct));
    }

    private static async Task<IResult> PageAsync(string token, HttpContext http, GuestDoor door, CancellationToken ct, int page = 0, string? wrong = null)
    {
        Headers(http);
        if (await door.Desk.OpenAsync(token, ct) is not { } found)
        {
            return new RazorComponentResult<GuestGonePage> { StatusCode = StatusCodes.Status404NotFound };
        }

        var form = door.Antiforgery.GetAndStoreTokens(http);
        if (!door.Pass.IsAdmitted(http, found.Share, found.PasswordHash))
        {
            return new RazorComponentResult<GuestPasswordPage>(new { Token = token, IsWrong = wrong == "1", Field = form.FormFieldName, Secret = form.RequestToken });
        }

        var number = Math.Clamp(page, 0, 100_000);
        var frames = await door.Frames.PageAsync(found.Share, number * PageSize, PageSize, ct);
        var picked = await door.Store.OfGuestAsync(found.Share.Id, door.Pass.GuestOf(http), ct);
        return new RazorComponentResult<GuestGalleryPage>(new { Token = token, found.Share, Frames = frames, Picked = picked, Number = number, Size = PageSize, Field = form.FormFieldName, Secret = form.RequestToken });
    }

    private static async Task<IResult> PasswordAsync(string token, HttpContext http, GuestDoor door, CancellationToken ct)
    {
        if (await door.Desk.OpenAsync(token, ct) is not { } found)
        {
            return TypedResults.NotFound();
        }

        if (!await door.Antiforgery.IsRequestValidAsync(http))
        {
            return TypedResults.BadRequest();
        }

        var form = await http.Request.ReadFormAsync(ct);
        if (found.PasswordHash is { } hash && !SharePassword.IsRight(form["password"].ToString(), hash))
        {
            return TypedResults.LocalRedirect($"{WebPaths.Guest(token)}?wrong=1");
        }

        if (found.PasswordHash is { } right)
        {
            door.Pass.Admit(http, found.Share, right);
        }

        return TypedResults.LocalRedirect(WebPaths.Guest(token));
    }

    private static async Task<IResult> PickAsync(string token, HttpContext http, GuestDoor door, CancellationToken ct)
    {
        if (await door.Desk.OpenAsync(token, ct) is not { } found || !door.Pass.IsAdmitted(http, found.Share, found.PasswordHash))
        {
            return TypedResults.NotFound();
        }

        if (!await door.Antiforgery.IsRequestValidAsync(http))
        {
            return TypedResults.BadRequest();
        }

        var form = await http.Request.ReadFormAsync(ct);
        if (!found.Share.MayPick || !long.TryParse(form["pts"], System.Globalization.CultureInfo.InvariantCulture, out var pts) || await door.Frames.OneAsync(found.Share, pts, ct) is null)
        {
            return TypedResults.NotFound();
        }

        await door.Desk.PickAsync(found.Share, door.Pass.GuestOf(http), pts, form["on"] == "1", ct);
        _ = int.TryParse(form["page"], System.Globalization.CultureInfo.InvariantCulture, out var page);
        return http.Request.Headers.Accept.Contains("application/json") ? TypedResults.NoContent() : TypedResults.LocalRedirect($"{WebPaths.Guest(token)}?page={Math.Max(0, page)}#f{pts}");
    }

    private static async Task<IResult> PictureAsync(string token, long pts, bool isFull, HttpContext http, GuestDoor door, CancellationToken ct)
    {
        if (await door.Desk.OpenAsync(token, ct) is not { } found || !door.Pass.IsAdmitted(http, found.Share, found.PasswordHash) || await door.Frames.OneAsync(found.Share, pts, ct) is not { } frame)
        {
            return TypedResults.NotFound();
        }

        Headers(http);
        http.Response.Headers.ContentSecurityPolicy = Hosting.SecurityHeaders.FilePolicy;
        return TypedResults.Bytes(await door.Pictures.GetAsync(found.Share, frame, isFull, ct), "image/jpeg");
    }

    // Nothing is kept by browsers and nothing is found by search engines; the address, which is the key, is told to no other site.
    private static void Headers(HttpContext http)
    {
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
    }
}

/// <summary>What the routes of guests need.</summary>
internal sealed class GuestDoor(ShareDesk desk, IShareStore store, GuestFramesQuery frames, GuestPass pass, GuestPictures pictures, IAntiforgery antiforgery)
{
    public ShareDesk Desk => desk;

    public IShareStore Store => store;

    public GuestFramesQuery Frames => frames;

    public GuestPass Pass => pass;

    public GuestPictures Pictures => pictures;

    public IAntiforgery Antiforgery => antiforgery;
}
