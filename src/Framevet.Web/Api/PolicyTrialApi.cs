using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>A picture tried against the policy. Nothing of the picture is kept.</summary>
internal static class PolicyTrialApi
{
    public static void MapTrial(this RouteGroupBuilder policy)
    {
        policy.MapGet("/trial", (PolicyTrial trial) => trial.Backends()).RequireAuthorization(Policies.Review, Scopes.SettingsRead).WithName("ListTrialBackends")
            .WithSummary("Every moderation backend with its price per picture, and why it cannot be asked");
        policy.MapPost("/trial", TryAsync).RequireAuthorization(Policies.Review, Scopes.SettingsRead).WithName("TryPolicy")
            .WithSummary("What each backend sees in a picture, and what the saved policy and a draft make of it")
            .WithDescription($"Multipart: one picture as a part named `files`, at most {PictureForm.MaxMegabytes} MiB; field `draft`: JSON of a policy to compare with; field `services`: ids of backends outside this machine "
                + "or with a price, joined by commas, which are not asked otherwise (leads only; each is one paid call of today's budget). The picture is not kept.")
            .Produces<TrialBody>()
            .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute())
            .AddOpenApiOperationTransformer(ApiDocument.DescribeTrialAsync);
    }

    private static Task<IResult> TryAsync(HttpContext http, ClaimsPrincipal user, PolicyTrial trial, PolicyDesk desk, PictureForm pictures, CancellationToken ct) => pictures.ReadAsync<IResult>(
        http,
        async (picture, fields) =>
        {
            var draft = Draft(fields);
            var named = fields.GetValueOrDefault("services", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var answers = await trial.TryAsync(picture, [.. named], user.ToActor(), ct);
            var saved = await desk.CurrentAsync(ct);
            return TypedResults.Ok(TrialBody.From(answers, new PolicySnapshot(saved.Number, saved.Document), draft));
        },
        ct);

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
