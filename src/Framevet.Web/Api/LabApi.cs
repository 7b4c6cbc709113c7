using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Lab;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Thresholds tried out on stored scores.</summary>
internal static class LabApi
{
    public static void MapLab(this RouteGroupBuilder api)
    {
        var lab = api.MapGroup("/lab").WithTags("Threshold lab");
        lab.MapGet("/curve", CurveAsync).RequireAuthorization(Policies.Lead, Scopes.SettingsRead).WithName("LabCurve").WithSummary("Precision, recall, F1 and work of a label by threshold");
        lab.MapGet("/misses", MissesAsync).RequireAuthorization(Policies.Lead, Scopes.SettingsRead).WithName("LabMisses").WithSummary("How much of a label was missed among cleared files, estimated from quality samples");
        lab.MapPost("/backtest", BacktestAsync).RequireAuthorization(Policies.Lead, Scopes.SettingsRead).WithName("LabBacktest").WithSummary("What a policy would have said about stored frames");
        lab.MapPost("/apply", ApplyAsync).RequireAuthorization(Policies.Administer, Scopes.SettingsWrite).WithName("LabApply").WithSummary("Save a band as a new version of the policy");
    }

    private static Task<ImmutableArray<LabPoint>> CurveAsync(string label, ClaimsPrincipal user, LabDesk desk, CancellationToken ct) => desk.CurveAsync(label, user.ToActor(), ct);

    private static Task<MissEstimate> MissesAsync(string label, ClaimsPrincipal user, LabDesk desk, CancellationToken ct) => desk.MissesAsync(label, user.ToActor(), ct);

    private static Task<LabBacktest> BacktestAsync(PolicyDocument document, ClaimsPrincipal user, LabDesk desk, CancellationToken ct) => desk.BacktestAsync(document, user.ToActor(), ct);

    private static Task<PolicyVersion> ApplyAsync(LabApplyRequest request, ClaimsPrincipal user, LabDesk desk, CancellationToken ct) =>
        desk.ApplyAsync(request.Label, request.Band ?? throw new VettingException(FailureCode.InvalidRequest, "There is no band in the request."), request.BasedOn, user.ToActor(), ct);
}

/// <summary>A band for a label, made from version <paramref name="BasedOn"/>.</summary>
public sealed record LabApplyRequest(string Label, LabelBand? Band, int BasedOn);

/// <summary>The threshold lab, from page or API. Thread-safe.</summary>
public sealed class LabDesk(LabQuery query, PolicyDesk policies, BackendTiers tiers)
{
    /// <summary>Newest runs that are looked at.</summary>
    public const int Runs = 500;

    /// <summary>The stored frames.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public Task<ImmutableArray<LabSample>> SamplesAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        MustLead(actor);
        return query.SamplesAsync(Runs, ct);
    }

    /// <summary>How much of a label was missed, by the quality samples.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound (label).</exception>
    public Task<MissEstimate> MissesAsync(string label, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        MustLead(actor);
        return query.MissesAsync(Known(label), ct);
    }

    /// <summary>The curve of a label.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound (label).</exception>
    public async Task<ImmutableArray<LabPoint>> CurveAsync(string label, Actor actor, CancellationToken ct) => ThresholdLab.Curve(await SamplesAsync(actor, ct), Known(label));

    /// <summary>A policy against the current one on stored frames.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest.</exception>
    public async Task<LabBacktest> BacktestAsync(PolicyDocument document, Actor actor, CancellationToken ct)
    {
        if (PolicyDesk.Check(document) is { IsEmpty: false } faults)
        {
            throw new VettingException(FailureCode.InvalidRequest, string.Join(" ", faults));
        }

        var samples = await SamplesAsync(actor, ct);
        return ThresholdLab.Backtest(samples, (await policies.CurrentAsync(ct)).Document, document, tiers.Of);
    }

    /// <summary>Saves the band as a new version of the policy, with an entry in the audit trail that says where it comes from.</summary>
    /// <exception cref="VettingException">As <see cref="PolicyDesk.SaveAsync"/>; NotFound (label).</exception>
    public async Task<PolicyVersion> ApplyAsync(string label, LabelBand band, int basedOn, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(band);
        var current = await policies.CurrentAsync(ct);
        var document = current.Document with { Bands = current.Document.Bands.SetItem(Known(label), band) };
        return await policies.SaveAsync(document, basedOn, $"From the threshold lab: {label} {PolicyChange.Words(band)}", actor, ct, "policy.apply");
    }

    private static void MustLead(Actor actor)
    {
        if (!actor.Has(Rights.Lead))
        {
            throw new VettingException(FailureCode.Forbidden, $"{actor.Name} may not use the threshold lab.");
        }
    }

    private static string Known(string label) => LabelTree.Find(label) is { IsHarm: true } node ? node.Id : throw new VettingException(FailureCode.NotFound, $"There is no label '{label}' that a policy could judge.");
}
