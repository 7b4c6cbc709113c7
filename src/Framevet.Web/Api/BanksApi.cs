using System.Security.Claims;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Decided files and pictures that are used again.</summary>
internal static class BanksApi
{
    private const int MaxTake = 200;

    public static void MapBanks(this RouteGroupBuilder api)
    {
        var banks = api.MapGroup("/banks").WithTags("Banks");
        banks.MapGet("", ListAsync).RequireAuthorization(Policies.Lead, Scopes.SettingsRead).WithName("ListBankEntries").WithSummary("Entries, newest first");
        banks.MapGet("/export", ExportAsync).RequireAuthorization(Policies.Lead, Scopes.SettingsRead).WithName("ExportBanks").WithSummary("All entries as JSON lines");
        banks.MapPost("/import/{name}", ImportAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("ImportBank").WithSummary("Take JSON lines in; an earlier import of the same name is replaced");
        banks.MapDelete("/{id:guid}", RemoveAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("RemoveBankEntry").WithSummary("Take an entry out").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<PageBody<BankEntryBody>> ListAsync(ClaimsPrincipal user, BankDesk desk, CancellationToken ct, string[]? bank = null, int skip = 0, int take = 50)
    {
        Paging.Check(skip, take, MaxTake);
        var kinds = QueryWords.Read<BankKind>(bank);
        var (entries, total) = await desk.PageAsync(kinds is [var one] ? one : null, skip, take, user.ToActor(), ct);
        return new PageBody<BankEntryBody>([.. entries.Select(BankEntryBody.From)], total, skip, take);
    }

    private static async Task ExportAsync(ClaimsPrincipal user, BankDesk desk, HttpContext http, CancellationToken ct, string[]? bank = null)
    {
        var kinds = QueryWords.Read<BankKind>(bank);
        http.Response.ContentType = "application/jsonl; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"framevet-bank.jsonl\"";
        await using var writer = new StreamWriter(http.Response.Body);
        await desk.ExportAsync(kinds is [var one] ? one : null, writer, user.ToActor(), ct);
    }

    private static async Task<ImportBody> ImportAsync(string name, ClaimsPrincipal user, BankDesk desk, HttpContext http, CancellationToken ct)
    {
        using var reader = new StreamReader(http.Request.Body);
        return new ImportBody(await desk.ImportAsync(name, reader, user.ToActor(), ct));
    }

    private static async Task<IResult> RemoveAsync(Guid id, ClaimsPrincipal user, BankDesk desk, CancellationToken ct)
    {
        await desk.RemoveAsync(id, user.ToActor(), ct);
        return TypedResults.NoContent();
    }
}

/// <summary>An entry of a bank.</summary>
public sealed record BankEntryBody(Guid Id, BankKind Bank, string? Sha256, string? Pdq, int Quality, string Label, string Origin, string? Run, string By, DateTimeOffset At)
{
    internal static BankEntryBody From(BankEntry entry) => new(
        entry.Id, entry.Bank, entry.Sha256, entry.Hash?.ToString(), entry.Quality, entry.Label, entry.Origin, entry.Run?.ToString(), entry.By, entry.At);
}

/// <summary>How many entries were taken.</summary>
public sealed record ImportBody(int Entries);
