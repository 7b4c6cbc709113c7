using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace Framevet.Web.Api;

/// <summary>A picture tried against the policy. Nothing of the picture is kept.</summary>
internal static class PolicyTrialApi
{
    private const int MaxMegabytes = 64;

    public static void MapTrial(this RouteGroupBuilder policy)
    {
        policy.MapGet("/trial", (PolicyTrial trial) => trial.Backends()).RequireAuthorization(Policies.Review, Scopes.SettingsRead).WithName("ListTrialBackends")
            .WithSummary("Every moderation backend with its price per picture, and why it cannot be asked");
        policy.MapPost("/trial", TryAsync).RequireAuthorization(Policies.Review, Scopes.SettingsRead).WithName("TryPolicy")
            .WithSummary("What each backend sees in a picture, and what the saved policy and a draft make of it")
            .WithDescription($"Multipart: one picture as a part named `files`, at most {MaxMegabytes} MiB; field `draft`: JSON of a policy to compare with; field `services`: ids of backends outside this machine "
                + "or with a price, joined by commas, which are not asked otherwise (leads only; each is one paid call of today's budget). The picture is not kept.")
            .Produces<TrialBody>()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
            .AddOpenApiOperationTransformer(ApiDocument.DescribeTrialAsync);
    }

    private static async Task<IResult> TryAsync(HttpContext http, ClaimsPrincipal user, PolicyTrial trial, PolicyDesk desk, IBlobStore blobs, ISettingsStore store, DiskReserve reserve, CancellationToken ct)
    {
        var limits = (await store.CurrentAsync(ct)).Settings.Limits;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = (MaxMegabytes + 1L) << 20;
        }

        var folder = blobs.NewWorkFolder();
        try
        {
            var form = await new UploadReader(limits with { MaxFiles = 1, MaxFileMegabytes = Math.Min(limits.MaxFileMegabytes, MaxMegabytes) }, folder, reserve).ReadAsync(http.Request, ct);
            if (form.Files is not [var picture])
            {
                throw form.Refused is [var refused, ..] ? refused.Error : new VettingException(FailureCode.InvalidRequest, "The request contains no picture; send it as a part named 'files'.");
            }

            var draft = Draft(form.Fields);
            var named = form.Fields.GetValueOrDefault("services", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var answers = await trial.TryAsync(new SourceFile(picture.Path, picture.Name, new FileInfo(picture.Path).Length), [.. named], user.ToActor(), ct);
            var saved = await desk.CurrentAsync(ct);
            return TypedResults.Ok(TrialBody.From(answers, new PolicySnapshot(saved.Number, saved.Document), draft));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PolicySnapshot? Draft(ImmutableDictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("draft") is not { Length: > 0 } json)
        {
            return null;
        }

        try
        {
            var document = JsonSerializer.Deserialize<PolicyDocument>(json, PipelineJson.Options);
            return document is not null && PolicyDesk.Check(document) is [] ? new PolicySnapshot(0, document)
                : throw new VettingException(FailureCode.InvalidRequest, document is null ? "The draft is empty." : string.Join(" ", PolicyDesk.Check(document)));
        }
        catch (JsonException e)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The field 'draft' is no JSON of a policy: {e.Message}");
        }
    }
}

/// <summary>The answers of all backends.</summary>
public sealed record TrialBody(ImmutableArray<TrialRow> Answers)
{
    internal static TrialBody From(ImmutableArray<TrialAnswer> answers, PolicySnapshot saved, PolicySnapshot? draft) =>
        new([.. answers.Select(a => new TrialRow(a, PolicyTrial.Judge(a, saved), draft is null ? null : PolicyTrial.Judge(a, draft)))]);
}

/// <summary>What a backend said, and what the saved policy and the draft make of it; null when it was not asked, or there is no draft.</summary>
public sealed record TrialRow(TrialAnswer Answer, Verdict? Saved, Verdict? Draft);
