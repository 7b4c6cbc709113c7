using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.Pipeline.Webhooks;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation;

/// <summary>What moderation does with a file as a whole, after its frames were screened one by one: the second step of the cascade, the rules for clips, damage. Thread-safe.</summary>
public sealed class ClipModeration(
    ICallLedger ledger, IHashBank bank, JpegCodec jpeg, IBlobStore blobs, IOptions<ModerationOptions> options, TimeProvider time, IAuditTrail? audit = null,
    IWebhookOutbox? outbox = null)
{
    /// <summary>Who said that a file is damaged.</summary>
    internal const string Decoder = "decoder";

    // Enough for a person to see what the file is about.
    private const int FramesOfDamagedFile = 12;

    private readonly GridMerge _grids = new(jpeg, new GridLimits());

    /// <summary>The first step for frames and the second for the file, as a recipe asks for them.</summary>
    /// <exception cref="VettingException">InvalidRequest for an unknown backend or option.</exception>
    public RunModeration Build(PartCatalog catalog, ModerationRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(recipe);
        ImmutableArray<IModerationBackend> backends = [.. recipe.Backends.Select(catalog.Build<IModerationBackend>)];
        return Build(backends, recipe);
    }

    /// <summary>The same for backends that are there already.</summary>
    public RunModeration Build(ImmutableArray<IModerationBackend> backends, ModerationRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var policy = new ModerationPolicy(recipe);
        var call = new BackendCall(policy, TimeSpan.FromSeconds(options.Value.CallSeconds), time);
        ImmutableArray<IModerationBackend> screens = [.. backends.Where(b => b.Tier != ModerationTier.Precise)];
        IModerator moderator = screens.IsEmpty && !backends.IsEmpty ? new NotYet(policy) : new ModerationCascade(screens, call);
        var clip = new ClipCascade(backends, recipe.Cascade, call, _grids, jpeg, ledger, options.Value);
        return new RunModeration(moderator, clip, policy, backends.ToImmutableDictionary(b => b.Id, b => b.Tier, StringComparer.Ordinal));
    }

    /// <summary>Lets the banks speak before the moderation of a run, where they hold anything.</summary>
    internal async Task<RunParts> WithBankAsync(RunParts parts, Run run, CancellationToken ct)
    {
        if (parts.Clip is not { } clip || await bank.IndexAsync(ct).ConfigureAwait(false) is not { IsEmpty: false } index)
        {
            return parts;
        }

        var moderator = new BankModerator(index, run.MediaSha256, parts.Moderator, jpeg, clip.Policy.Basis);
        return parts with { Moderator = moderator, Clip = clip with { Bank = moderator } };
    }

    /// <summary>Asks about the file as a whole, once every frame is stored, and stores what changes. Can be repeated.</summary>
    internal async Task ConcludeAsync(RunJournal journal, RunModeration moderation, CancellationToken ct)
    {
        var frames = await journal.StoredAsync(ct).ConfigureAwait(false);
        frames = await SaveAsync(journal, frames, moderation.Bank?.RestOfDeniedClip(frames) ?? [], ct).ConfigureAwait(false);
        await NoteReuseAsync(journal.Run, frames, ct).ConfigureAwait(false);
        var asked = await moderation.Clip.ConcludeAsync(journal.Run, frames, PictureAsync, ct).ConfigureAwait(false);
        frames = await SaveAsync(journal, frames, asked, ct).ConfigureAwait(false);
        frames = await SaveAsync(journal, frames, ClipVerdict.Relieved(frames, moderation.Policy, moderation.TierOf), ct).ConfigureAwait(false);
        frames = await SaveAsync(journal, frames, Damage(journal, frames, moderation.Policy), ct).ConfigureAwait(false);

        var verdict = ClipVerdict.Of(frames, moderation.Policy, moderation.TierOf);
        var calls = await ledger.CountAsync(journal.Run.Id, ct).ConfigureAwait(false);
        await journal.LogAsync(RunLogLevel.Info, string.Create(CultureInfo.InvariantCulture, $"Moderation: {Word(verdict.Decision)}, {verdict.Reason}. {Calls(calls)}."), ct).ConfigureAwait(false);
        if (outbox is not null)
        {
            await outbox.AddAsync(News(journal.Run, verdict, moderation.Policy, calls), ct).ConfigureAwait(false);
        }
    }

    // Each decision that was used again is an event of its own that names its origin.
    private async Task NoteReuseAsync(Run run, ImmutableArray<Candidate> frames, CancellationToken ct)
    {
        if (audit is null)
        {
            return;
        }

        var reused = frames.Select(f => f.Judgement?.Verdict).OfType<Verdict>().Where(v => v is { By: BankModerator.Name, Basis.Model: not null }).GroupBy(v => v.Basis!.Model!);
        foreach (var group in reused)
        {
            var after = JsonSerializer.Serialize(new { entry = group.Key, decision = group.First().Decision, reason = group.First().Reason, frames = group.Count() }, PipelineJson.Options);
            await audit.AppendAsync(Actor.System, "bank.match", run.Id.ToString(), null, after, ct).ConfigureAwait(false);
        }
    }

    private WebhookEvent News(Run run, ClipVerdict verdict, ModerationPolicy policy, int calls) => WebhookEvent.Of(
        string.Create(CultureInfo.InvariantCulture, $"verdict/{run.Id}/{run.CreatedAt.UtcTicks}/{verdict.Decision}"), WebhookKinds.Verdict, time.GetUtcNow(),
        new { run = run.Id, source = run.SourceName, sha256 = run.MediaSha256, decision = verdict.Decision, verdict.Reason, verdict.Label, verdict.Confidence, policy = policy.Basis, calls });

    private static string Word(Decision decision) => decision switch { Decision.Allow => "clear", Decision.Block => "blocked", _ => "for people" };

    private static string Calls(int calls) => calls == 1 ? "One precise call" : string.Create(CultureInfo.InvariantCulture, $"{calls} precise calls");

    // What could not be decoded was not looked at: a file with damage is clear only once a person says so.
    private ImmutableArray<ClipChange> Damage(RunJournal journal, ImmutableArray<Candidate> frames, ModerationPolicy policy)
    {
        var damaged = journal.Funnel.Damaged;
        if (damaged == 0 || !options.Value.DamageGoesToPeople || frames.Any(f => f.Judgement is null or { Verdict.Decision: Decision.Escalate }))
        {
            return [];
        }

        ImmutableArray<Candidate> allowed = [.. frames.Where(f => f.IsAllowed)];
        var step = Math.Max(1, (allowed.Length + FramesOfDamagedFile - 1) / FramesOfDamagedFile);
        var reason = damaged == 1 ? "the decoder could not read one picture of this file" : string.Create(CultureInfo.InvariantCulture, $"the decoder could not read {damaged} pictures of this file");
        return [.. allowed.Where((_, i) => i % step == 0).Select(f => new ClipChange(f.Pts, new Verdict(Decision.Escalate, $"{reason}, so a person must look", Decoder) { Basis = policy.Basis }, []))];
    }

    private async Task<byte[]> PictureAsync(Candidate frame, CancellationToken ct)
    {
        var stream = await blobs.OpenReadAsync(frame.ThumbKey ?? "", ct).ConfigureAwait(false)
            ?? throw new VettingException(FailureCode.SourceUnavailable, "The picture of the frame is not there.");
        await using var reading = stream.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, ct).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private static async Task<ImmutableArray<Candidate>> SaveAsync(RunJournal journal, ImmutableArray<Candidate> frames, ImmutableArray<ClipChange> changes, CancellationToken ct)
    {
        if (changes.IsEmpty)
        {
            return frames;
        }

        var byPts = changes.ToDictionary(c => c.Pts);
        ImmutableArray<Candidate> after = [.. frames.Select(f => byPts.TryGetValue(f.Pts, out var change) ? With(f, change) : f)];
        await journal.SaveJudgementsAsync(changes, journal.Funnel.Recount(after), ct).ConfigureAwait(false);
        return after;
    }

    private static Candidate With(Candidate frame, ClipChange change) => frame with
    {
        Judgement = new Judgement(change.Verdict, [.. frame.Judgement?.Findings ?? [], .. change.Added]),
        Losses = change.Verdict.Decision == Decision.Block
            ? [.. frame.Losses.Where(l => l.Stage != LossStage.Moderation), new Loss(LossStage.Moderation, change.Verdict.By, change.Verdict.Reason)]
            : [.. frame.Losses.Where(l => l.Stage != LossStage.Moderation)],
    };

    /// <summary>Where a recipe has no screen, nobody looks before the second step.</summary>
    private sealed class NotYet(ModerationPolicy policy) : IModerator
    {
        public Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct) => Task.FromResult(ClipCascade.Waiting(policy));
    }
}

/// <summary>The moderation of one run.</summary>
public sealed record RunModeration(IModerator Moderator, ClipCascade Clip, ModerationPolicy Policy, ImmutableDictionary<string, ModerationTier> Tiers)
{
    /// <summary>What the banks found while the frames were judged; null when they hold nothing.</summary>
    internal BankModerator? Bank { get; init; }

    /// <summary>How much weight a backend's word has; that of one no longer there is a screen's.</summary>
    public ModerationTier TierOf(string backend) => Tiers.GetValueOrDefault(backend, ModerationTier.Screen);
}
