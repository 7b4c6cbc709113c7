using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation;

/// <summary>Versions of the policy; numbers rise by one from 1, version 0 is built in.</summary>
public interface IPolicyStore
{
    /// <summary>The newest version; <see cref="PolicyDocument.Seed"/> as version 0 when nothing was saved.</summary>
    Task<PolicyVersion> CurrentAsync(CancellationToken ct);

    /// <summary>One version, or null.</summary>
    Task<PolicyVersion?> GetAsync(int number, CancellationToken ct);

    /// <summary>Versions, newest first, at most <paramref name="take"/>.</summary>
    Task<ImmutableArray<PolicyVersion>> VersionsAsync(int take, CancellationToken ct);

    /// <summary>Saves a new version if <paramref name="basedOn"/> is still the newest; null when somebody else saved first.</summary>
    Task<PolicyVersion?> TrySaveAsync(PolicyDocument document, int basedOn, Actor author, string note, CancellationToken ct);
}

/// <summary>One version with its author.</summary>
public sealed record PolicyVersion(int Number, PolicyDocument Document, string Author, string Note, DateTimeOffset At)
{
    /// <summary>What counts until somebody saves; nobody saved it, so its time is the epoch.</summary>
    public static PolicyVersion BuiltIn { get; } = new(0, PolicyDocument.Seed, "Framevet", "Built in", DateTimeOffset.UnixEpoch);
}

/// <summary>What admins do with the policy, from page or API: one place for every rule. Thread-safe.</summary>
public sealed class PolicyDesk(IPolicyStore store, IAuditTrail audit)
{
    private const int MaxNote = 500;
    private const int MaxVersions = 200;

    /// <summary>The version that counts for runs submitted from now on.</summary>
    public Task<PolicyVersion> CurrentAsync(CancellationToken ct) => store.CurrentAsync(ct);

    /// <summary>Versions, newest first.</summary>
    public Task<ImmutableArray<PolicyVersion>> VersionsAsync(int take, CancellationToken ct) => store.VersionsAsync(Math.Clamp(take, 1, MaxVersions), ct);

    /// <summary>One version.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task<PolicyVersion> GetAsync(int number, CancellationToken ct) =>
        await store.GetAsync(number, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"There is no version {number} of the policy.");

    /// <summary>Every fault as a sentence; empty when the policy may be saved.</summary>
    public static ImmutableArray<string> Check(PolicyDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var faults = ImmutableArray.CreateBuilder<string>();
        if (document.Taxonomy != LabelTree.Version)
        {
            faults.Add($"The policy is written for the taxonomy '{document.Taxonomy}', this server has '{LabelTree.Version}'.");
        }

        faults.AddRange(document.Bands.Keys.Concat(document.Rules.Keys).Distinct().Where(l => LabelTree.Find(l) is null or { IsHarm: false })
            .Select(l => $"There is no label '{l}' that a policy could judge ({Suggestion.For(l, LabelTree.All.Where(n => n.IsHarm).Select(n => n.Id))})."));
        (string Place, LabelBand Band)[] bands =
            [.. document.Bands.Select(b => (b.Key, b.Value)), (PolicyChange.Default, document.DefaultBand), ("local classifiers", document.LocalBand)];
        faults.AddRange(bands.Where(b => !IsSound(b.Band)).Select(b => $"{b.Place}: needs 0 ≤ cleared below ≤ 1 and cleared below ≤ blocked from."));
        (string Place, VerdictRule Rule)[] rules = [.. document.Rules.Select(r => (r.Key, r.Value)), (PolicyChange.Default, document.DefaultRule)];
        faults.AddRange(rules.Where(r => !IsSound(r.Rule)).Select(r => $"{r.Place}: a clip rule asks for 1 to 100 frames, within a window of 0 or at least as many."));
        return faults.ToImmutable();
    }

    /// <summary>Saves a new version.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest (all faults), Conflict (somebody else saved first).</exception>
    public async Task<PolicyVersion> SaveAsync(PolicyDocument document, int basedOn, string note, Actor actor, CancellationToken ct, string action = "policy.save")
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Administer, "change the policy");
        if (Check(document) is { IsEmpty: false } faults)
        {
            throw new VettingException(FailureCode.InvalidRequest, string.Join(" ", faults));
        }

        var before = await store.CurrentAsync(ct).ConfigureAwait(false);
        var changes = PolicyChange.Between(before.Document, document);
        if (changes.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, "Nothing differs from the current version.");
        }

        var saved = await store.TrySaveAsync(document, basedOn, actor, Shortened(note), ct).ConfigureAwait(false)
            ?? throw new VettingException(FailureCode.Conflict, "Somebody else saved the policy meanwhile; load it again and repeat the change.");
        await audit.AppendAsync(actor, action, string.Create(CultureInfo.InvariantCulture, $"policy/{saved.Number}"), Side(changes, c => c.Before), Side(changes, c => c.After), CancellationToken.None)
            .ConfigureAwait(false);
        return saved;
    }

    /// <summary>Makes an earlier version count again, as a new version.</summary>
    /// <exception cref="VettingException">As <see cref="SaveAsync"/>; NotFound.</exception>
    public async Task<PolicyVersion> RollbackAsync(int number, int basedOn, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Administer, "change the policy");
        var earlier = await GetAsync(number, ct).ConfigureAwait(false);
        return await SaveAsync(earlier.Document, basedOn, $"Back to version {number}", actor, ct, "policy.rollback").ConfigureAwait(false);
    }

    // Written so that NaN fails.
    private static bool IsSound(LabelBand? band) => band is not null && band.AllowBelow >= 0 && band.AllowBelow <= 1 && band.BlockFrom >= band.AllowBelow && double.IsFinite(band.BlockFrom);

    private static bool IsSound(VerdictRule? rule) => rule is not null && Enum.IsDefined(rule.Kind) && rule.Frames is >= 1 and <= 100 && (rule.Window == 0 || (rule.Window >= rule.Frames && rule.Window <= 10_000));

    private static string Shortened(string note) => note.Trim() is var text && text.Length > MaxNote ? text[..MaxNote] : note.Trim();

    private static string Side(ImmutableArray<PolicyChange> changes, Func<PolicyChange, string?> side) =>
        JsonSerializer.Serialize(changes.Where(c => side(c) is not null).ToDictionary(c => c.Place, c => side(c)), PipelineJson.Options);
}
