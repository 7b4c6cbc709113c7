using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace Framevet.Web.Api;

/// <summary>
/// Takes files over plain HTTP: each part goes straight to disk, nothing is held in memory, and only when the request has ended well do runs
/// come into being. A file that cannot be taken does not hinder the others.
/// </summary>
internal static class Upload
{
    /// <summary>Room for part headers and small fields in the limit of the whole request.</summary>
    private const long Overhead = 4L << 20;

    public static async Task<IResult> HandleAsync(HttpContext http, ClaimsPrincipal user, RunDesk desk, IBlobStore blobs, ISettingsStore store, PartCatalog parts, DiskReserve reserve, QuotaDesk quotas, CancellationToken ct)
    {
        var actor = user.ToActor();
        var settings = (await store.CurrentAsync(ct)).Settings;
        LimitRequest(http, settings.Limits);
        reserve.Require(null, http.Request.ContentLength ?? 0);
        await quotas.CheckAsync(actor, 1, Math.Max(0, (http.Request.ContentLength ?? 0) - Overhead), null, ct);
        var folder = blobs.NewWorkFolder();
        try
        {
            var form = await new UploadReader(settings.Limits, folder, reserve, (name, number, token) => quotas.CheckAsync(actor, number, 0, name, token)).ReadAsync(http.Request, ct);
            if (form.Files.Length + form.Refused.Length == 0)
            {
                throw new VettingException(FailureCode.InvalidRequest, "The request contains no file; send it as a part named 'files'.");
            }

            var recipe = RunChoice.Recipe(form.Fields.GetValueOrDefault("recipe"), form.Fields.GetValueOrDefault("recipeJson"), settings, parts);
            var priority = RunChoice.Priority(form.Fields.GetValueOrDefault("priority"), actor);
            var runs = ImmutableArray.CreateBuilder<SubmittedRun>();
            var refused = form.Refused.ToBuilder();
            foreach (var file in form.Files)
            {
                try
                {
                    var run = await desk.SubmitAsync(new SubmitRequest(file.Path, file.Name, recipe, priority), actor, ct);
                    runs.Add(new SubmittedRun(run.Id, run.SourceName, run.State));
                }
                catch (VettingException e)
                {
                    refused.Add(new Refusal(file.Name, e));
                }
            }

            return runs.Count > 0
                ? TypedResults.Created(runs.Count == 1 ? $"{WebPaths.Runs}/{runs[0].Id}" : null,
                    new SubmitBody(runs.ToImmutable(), [.. refused.Select(r => r.Body)]))
                : Nothing(refused.ToImmutable());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One file refused is the answer's problem itself; several are listed in it.</summary>
    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Nothing(ImmutableArray<Refusal> refused)
    {
        var problem = Problems.From(refused[0].Error);
        problem.Extensions["refused"] = refused.Select(r => r.Body).ToArray();
        return TypedResults.Problem(problem);
    }

    private static void LimitRequest(HttpContext http, SubmitLimits limits)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = ((long)limits.MaxFileMegabytes << 20) * limits.MaxFiles + Overhead;
        }
    }
}
