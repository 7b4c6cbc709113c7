using Framevet.Web.Identity;
using Microsoft.AspNetCore.Antiforgery;

namespace Framevet.Web.Api;

/// <summary>Everything under <c>/api/v1</c>.</summary>
internal static class ApiRoutes
{
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(WebPaths.Api).RequireCsrfToken().RememberKeys().TagAnswers().ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status404NotFound);
        api.MapRuns();
        api.MapUploads();
        api.MapLinks();
        api.MapFrames();
        api.MapCulling();
        api.MapPeople();
        api.MapFaces();
        api.MapReview();
        api.MapAppeals();
        api.MapAudit();
        api.MapExports();
        api.MapShares();
        api.MapSelections();
        api.MapSettings();
        api.MapRetention();
        api.MapQuota();
        api.MapParts();
        api.MapPolicy();
        api.MapLab();
        api.MapCosts();
        api.MapBanks();
        api.MapWebhooks();
        api.MapModels();
        api.MapAccountApi();
        api.MapGet("/csrf", (IAntiforgery antiforgery, HttpContext http) => new CsrfBody(antiforgery.GetAndStoreTokens(http).RequestToken!))
            .WithTags("Account").RequireAuthorization(Policies.SignedIn).WithName("GetCsrfToken").WithSummary($"Token for the header {WebPaths.CsrfHeader}");

        // An address that does not exist answers as problem details too, not with a page.
        api.MapFallback("{**path}", () => TypedResults.Problem(statusCode: StatusCodes.Status404NotFound))
            .ExcludeFromDescription().RequireAuthorization(Policies.SignedIn);
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Policies.SignedIn);
    }
}

/// <summary>Token for unsafe calls with the cookie.</summary>
public sealed record CsrfBody(string Token);
