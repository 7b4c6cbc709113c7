using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Links: submit, look, follow, cancel; and the cookies that some sites want.</summary>
internal static class LinksApi
{
    public static void MapLinks(this RouteGroupBuilder api)
    {
        var links = api.MapGroup("/links").WithTags("Links").RequireAuthorization(Policies.Submit, Scopes.RunsWrite);
        links.MapGet("", ListAsync).WithName("ListLinks").WithSummary("Your links, newest first");
        links.MapPost("", SubmitAsync).WithName("SubmitLinks").WithSummary("Submit links; each becomes a run, a playlist several").Produces<LinkBody[]>(StatusCodes.Status202Accepted)
            .WithDescription("Addresses of media files, pages of the listed sites, or `ytsearch10: words`.");
        links.MapPost("/look", LookAsync).WithName("LookAtLink").WithSummary("What is behind a link, without fetching it");
        links.MapPost("/{id:guid}/cancel", CancelAsync).WithName("CancelLink").WithSummary("Stop a link");
        links.MapPost("/{id:guid}/retry", RetryAsync).WithName("RetryLink").WithSummary("Take a failed or cancelled link up again");
        links.MapDelete("", ClearAsync).WithName("ClearLinks").WithSummary("Forget your links that are over");
        links.MapGet("/cookies", NoteAsync).WithName("GetLinkCookies").WithSummary("Sites that you stored cookies for; their values are never shown").Produces<CookieNote>().Produces(StatusCodes.Status204NoContent);
        links.MapPut("/cookies", SaveCookiesAsync).WithName("SaveLinkCookies").WithSummary("Store cookies in Netscape format, encrypted, in place of earlier ones");
        links.MapDelete("/cookies", DeleteCookiesAsync).WithName("DeleteLinkCookies").WithSummary("Forget your cookies");
    }

    private static async Task<LinkBody[]> ListAsync(ClaimsPrincipal user, LinkDesk desk, CancellationToken ct) =>
        [.. (await desk.ListAsync(user.ToActor(), ct)).Select(l => LinkBody.From(l.Link, l.Share))];

    private static async Task<IResult> SubmitAsync(LinksWish wish, ClaimsPrincipal user, LinkDesk desk, ISettingsStore settings, PartCatalog parts, CancellationToken ct)
    {
        var actor = user.ToActor();
        var recipe = RunChoice.Recipe(wish.Recipe, wish.RecipeJson, (await settings.CurrentAsync(ct)).Settings, parts);
        var links = await desk.SubmitAsync([.. wish.Links ?? []], wish.Choice ?? new LinkChoice(), recipe, RunChoice.Priority(wish.Priority, actor), actor, ct);
        return TypedResults.Accepted(WebPaths.Links, links.Select(l => LinkBody.From(l, null)).ToArray());
    }

    private static Task<LinkLook> LookAsync(LinkQuestion question, ClaimsPrincipal user, LinkDesk desk, CancellationToken ct) =>
        desk.LookAsync(question.Link, question.Choice ?? new LinkChoice(), user.ToActor(), ct);

    private static async Task<IResult> CancelAsync(Guid id, ClaimsPrincipal user, LinkDesk desk, CancellationToken ct)
    {
        await desk.CancelAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RetryAsync(Guid id, ClaimsPrincipal user, LinkDesk desk, CancellationToken ct)
    {
        await desk.RetryAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ClearAsync(ClaimsPrincipal user, LinkDesk desk, CancellationToken ct)
    {
        await desk.ClearAsync(user.ToActor(), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> NoteAsync(ClaimsPrincipal user, ICookieJar jar, CancellationToken ct) =>
        await jar.NoteAsync(user.ToActor().Id, ct) is { } note ? TypedResults.Ok(note) : TypedResults.NoContent();

    private static async Task<IResult> SaveCookiesAsync(CookieText body, ClaimsPrincipal user, ICookieJar jar, LinkDesk desk, CancellationToken ct)
    {
        await jar.SaveAsync(user.ToActor().Id, CookieSheet.Parse(body.Cookies, desk.Options), ct);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> DeleteCookiesAsync(ClaimsPrincipal user, ICookieJar jar, CancellationToken ct)
    {
        await jar.DeleteAsync(user.ToActor().Id, ct);
        return TypedResults.NoContent();
    }
}

/// <summary>Links to submit, all or none. Recipe by name or as JSON, neither = the default one.</summary>
public sealed record LinksWish(string[]? Links = null, LinkChoice? Choice = null, string? Recipe = null, string? RecipeJson = null, string? Priority = null);

/// <summary>A link to look at.</summary>
public sealed record LinkQuestion(string Link = "", LinkChoice? Choice = null);

/// <summary>A cookies.txt in Netscape format.</summary>
public sealed record CookieText(string Cookies = "");

/// <summary>A link. <paramref name="Share"/>: part fetched, 0..1, null when unknown; <paramref name="ParentId"/>: the list it came from.</summary>
public sealed record LinkBody(Guid Id, Guid? ParentId, string Link, string? Title, LinkState State, string Reason, FailureCode? Failure, double? Share, RunId? RunId, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    internal static LinkBody From(Link link, double? share) =>
        new(link.Id, link.ParentId, link.Text, link.Title, link.State, link.Reason, link.Failure, share, link.State == LinkState.Done ? link.RunId : null, link.CreatedAt, link.EndedAt);
}
