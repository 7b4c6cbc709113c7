using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Contesting what was blocked.</summary>
internal static class AppealsApi
{
    public static void MapAppeals(this RouteGroupBuilder api)
    {
        var appeals = api.MapGroup("/runs/{id}/appeal").WithTags("Runs");
        appeals.MapGet("", GetAsync).RequireAuthorization(Policies.SignedIn, Scopes.RunsRead).WithName("GetAppeal").WithSummary("How the run's appeal stands; 404 when there was none");
        appeals.MapPost("", PostAsync).RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("Appeal").WithSummary("Contest what was blocked in one's own run, once; somebody else decides");
    }

    private static async Task<AppealBody> GetAsync(string id, ClaimsPrincipal user, AppealDesk desk, CancellationToken ct) =>
        await desk.FindAsync(Id(id), user.ToActor(), ct) is { } item ? AppealBody.From(item) : throw new VettingException(FailureCode.NotFound, "There is no appeal for this run.");

    private static async Task<AppealBody> PostAsync(string id, AppealRequest request, ClaimsPrincipal user, AppealDesk desk, CancellationToken ct) =>
        AppealBody.From(await desk.AppealAsync(Id(id), request.Statement, user.ToActor(), ct));

    private static RunId Id(string text) => RunId.TryParse(text, out var id) ? id : throw new VettingException(FailureCode.NotFound, "There is no such run.");
}
