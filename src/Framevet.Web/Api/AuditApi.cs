using System.Globalization;
using System.Security.Claims;
using System.Text;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;
using Microsoft.Net.Http.Headers;

namespace Framevet.Web.Api;

/// <summary>The audit trail: to read, to check and to take away. There is nothing to change.</summary>
internal static class AuditApi
{
    private const int MaxTake = 500;
    private const int Batch = 1000;

    public static void MapAudit(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit").RequireAuthorization(Policies.Audit, Scopes.AuditRead);
        audit.MapGet("", ListAsync).WithName("ListAudit").WithSummary("Entries, newest first");
        audit.MapGet("/verify", VerifyAsync).WithName("VerifyAudit").WithSummary("Check the chain of hashes; names the first entry that does not fit");
        audit.MapGet("/export", ExportAsync).WithName("ExportAudit").WithSummary("All matching entries, oldest first, as CSV or JSON lines")
            .WithDescription("`format`: `csv` or `jsonl`. `pseudonyms=true` replaces people by names that stay the same within one export and lead back to nobody.");
        audit.MapGet("/report", ReportAsync).WithName("TransparencyReport").WithSummary("Decisions by label, automated share, overturn rate and median time of a period");
    }

    private static async Task<PageBody<AuditRow>> ListAsync([AsParameters] AuditWish wish, AuditQuery query, CancellationToken ct, int skip = 0, int take = 100)
    {
        Paging.Check(skip, take, MaxTake);
        var page = await query.PageAsync(wish.ToFilter(), skip, take, ct);
        return new PageBody<AuditRow>(page.Rows, page.Total, skip, take);
    }

    private static Task<AuditCheck> VerifyAsync(AuditChain chain, CancellationToken ct) => chain.VerifyAsync(ct);

    private static Task<TransparencyReport> ReportAsync(TransparencyQuery query, TimeProvider clock, CancellationToken ct, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var end = to ?? clock.GetUtcNow();
        var start = from ?? end.AddDays(-30);
        return start < end ? query.GetAsync(start, end, ct) : throw new VettingException(FailureCode.InvalidRequest, "The period ends before it begins.");
    }

    private static async Task<IResult> ExportAsync([AsParameters] AuditWish wish, ClaimsPrincipal user, AuditQuery query, IAuditTrail trail, HttpContext http,
        CancellationToken ct, string format = "csv", bool pseudonyms = false)
    {
        if (format is not ("csv" or "jsonl"))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"There is no format '{format}' (known: csv, jsonl).");
        }

        // Taking the trail away is itself something to know about.
        await trail.AppendAsync(user.ToActor(), "audit.export", $"audit/{format}", null, null, ct);
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"framevet-audit.{format}" }.ToString();
        http.Response.Headers.CacheControl = "no-store";
        var writer = new AuditFile(format, pseudonyms ? await query.PeopleAsync(ct) : null);
        return TypedResults.Stream(async stream => await WriteAsync(writer, query, wish.ToFilter(), stream, ct), format == "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson");
    }

    private static async Task WriteAsync(AuditFile file, AuditQuery query, AuditFilter filter, Stream stream, CancellationToken ct)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        await text.WriteAsync(file.Head.AsMemory(), ct);
        for (var after = 0L; await query.AfterAsync(filter, after, Batch, ct) is { IsEmpty: false } rows; after = rows[^1].Id)
        {
            foreach (var row in rows)
            {
                await text.WriteAsync(file.Line(row).AsMemory(), ct);
            }

            await text.FlushAsync(ct);
        }
    }
}

/// <summary>Which entries; see <see cref="AuditFilter"/>. Times as ISO 8601.</summary>
public sealed record AuditWish(string? Actor = null, string? Action = null, string? Subject = null, string? From = null, string? To = null)
{
    internal AuditFilter ToFilter() => new(Actor, Action, Subject, Time(From, "from"), Time(To, "to"));

    private static DateTimeOffset? Time(string? text, string name) => string.IsNullOrWhiteSpace(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new VettingException(FailureCode.InvalidRequest, $"The time '{text}' of '{name}' cannot be read; write it like 2026-03-01T12:00:00Z.");
}
