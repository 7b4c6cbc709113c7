using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// The second step of the cascade, once all frames of a file are screened. The flagged frames, most suspicious first, go to the precise backends, merged into grids that know their
/// members, within a hard cap of calls per file and a budget per day. A word on a grid is a word on each of its members and replaces the screen's. Everything else stays with people:
/// frames beyond the cap, a spent budget, an unreadable picture, a failed call. Screens that cleared everything end it with no call at all. With no screen every frame is asked about,
/// within the cap of a single pass. Idempotent over stored frames: what a precise backend has judged already is left alone.
/// </summary>
public sealed class ClipCascade(ImmutableArray<IModerationBackend> backends, CascadeRecipe limits, BackendCall call, GridMerge grids, JpegCodec jpeg, ICallLedger ledger, ModerationOptions options)
{
    /// <summary>Who said that a frame waits, or was not looked at.</summary>
    internal const string Name = "cascade";

    private readonly ImmutableArray<IModerationBackend> _precise = [.. backends.Where(b => b.Tier == ModerationTier.Precise)];
    private readonly bool _isScreened = backends.Any(b => b.Tier != ModerationTier.Precise);

    /// <summary>What a frame is called that waits for this step, where there is no screen.</summary>
    internal static Judgement Waiting(ModerationPolicy policy) =>
        new(new Verdict(Decision.Escalate, "not looked at yet", Name) { Basis = policy.Basis }, []);

    /// <summary>Judges; answers the frames whose judgement changes. <paramref name="picture"/> gives the JPEG of a frame.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing else is thrown for a failing backend.</exception>
    public async Task<ImmutableArray<ClipChange>> ConcludeAsync(Run run, ImmutableArray<Candidate> frames, Func<Candidate, CancellationToken, Task<byte[]>> picture, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(picture);
        ImmutableArray<Candidate> flagged = [.. frames.Where(IsFlagged)];
        if (_precise.IsEmpty || flagged.IsEmpty)
        {
            return [];
        }

        var maxCalls = Math.Min(_isScreened ? limits.MaxCalls : limits.MaxCallsAlone, options.MaxCallsPerFile);
        var chosen = Choose(flagged, frames, maxCalls);
        var changes = new Dictionary<Pts, ClipChange>();
        foreach (var members in chosen.Chunk(limits.FramesPerGrid))
        {
            foreach (var change in await AskAsync(run, members, maxCalls, picture, ct).ConfigureAwait(false))
            {
                changes[change.Pts] = change;
            }
        }

        foreach (var left in flagged.Where(f => !changes.ContainsKey(f.Pts)))
        {
            changes[left.Pts] = Unseen(left, $"and was not among the {chosen.Length} most suspicious frames that the limit of {maxCalls} calls per file allows, so a person must look");
        }

        return [.. changes.Values.OrderBy(c => c.Pts)];
    }

    // What a bank or a person said stands, and so does what a precise backend said in an earlier attempt.
    private bool IsFlagged(Candidate frame)
    {
        var judgement = frame.Judgement;
        var isScreenWord = judgement is null || judgement.Verdict.By == Name || backends.Any(b => b.Id == judgement.Verdict.By && b.Tier != ModerationTier.Precise);
        return isScreenWord && judgement?.Verdict.Decision is not Decision.Allow
            && !(judgement?.Findings ?? []).Any(f => _precise.Any(p => p.Id == f.Backend));
    }

    /// <summary>The most suspicious flagged frames in time order. A first grid that is not full takes the most suspicious of the others along: the call costs the same.</summary>
    private ImmutableArray<Candidate> Choose(ImmutableArray<Candidate> flagged, ImmutableArray<Candidate> all, int maxCalls)
    {
        var chosen = Ranked(flagged).Take(maxCalls * limits.FramesPerGrid).ToList();
        if (_isScreened && chosen.Count < limits.FramesPerGrid && maxCalls > 0)
        {
            chosen.AddRange(Ranked(all.Except(flagged).Where(f => f.IsAllowed)).Take(limits.FramesPerGrid - chosen.Count));
        }

        return [.. chosen.OrderBy(f => f.Pts)];
    }

    // One key for all: the screen's confidence, then motion, then the earlier frame; a frame that could not be screened comes after those that were.
    private static IEnumerable<Candidate> Ranked(IEnumerable<Candidate> frames) => frames
        .OrderByDescending(f => (f.Judgement?.Findings ?? []).Select(x => x.Confidence).DefaultIfEmpty(-1).Max())
        .ThenByDescending(f => f.Score("motion") ?? -1)
        .ThenBy(f => f.Pts);

    private async Task<IEnumerable<ClipChange>> AskAsync(
        Run run, Candidate[] members, int maxCalls, Func<Candidate, CancellationToken, Task<byte[]>> picture, CancellationToken ct)
    {
        BackendAnswer? all = null;
        byte[] image;
        try
        {
            image = await PictureAsync(members, picture, ct).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is VettingException or IOException)
        {
            return Left(members, $"and its picture could not be read ({trouble.Message.TrimEnd('.')}), so a person must look");
        }

        foreach (var backend in _precise)
        {
            if (backend.WhyNotReady is { } why)
            {
                return Left(members, $"and {backend.Id} is not ready ({why.TrimEnd('.')}), so a person must look");
            }

            var entry = await ledger.TryEnterAsync(Call(run, backend, members), new CallLimits(maxCalls, options.DayBudget), ct).ConfigureAwait(false);
            if (entry.Id is not { } id)
            {
                return Left(members, entry.Refusal == CallRefusal.DayBudget
                    ? "and today's budget for precise calls is spent, so a person must look"
                    : $"and the limit of {maxCalls} calls per file is reached, so a person must look");
            }

            var answer = await call.AskAsync(backend, image, ct).ConfigureAwait(false);
            await ledger.CloseAsync(id, answer.Failed ? CallOutcome.Failed : CallOutcome.Answered, CancellationToken.None).ConfigureAwait(false);
            all = all is null ? answer : all.With(answer);
            if (all.Failed || all.Verdict.Decision == Decision.Block)
            {
                break;
            }
        }

        return all is { Failed: true } failed ? Left(members, failed.Verdict.Reason, failed.Verdict) : Told(members, all!);
    }

    // Frames that the screen has cleared only came along: a call that failed changes nothing about them.
    private static IEnumerable<ClipChange> Left(Candidate[] members, string what, Verdict? word = null) =>
        members.Where(m => !m.IsAllowed).Select(m => word is null ? Unseen(m, what) : new ClipChange(m.Pts, word, []));

    private static IEnumerable<ClipChange> Told(Candidate[] members, BackendAnswer answer)
    {
        var verdict = members.Length == 1 ? answer.Verdict : answer.Verdict with
        {
            Reason = string.Create(CultureInfo.InvariantCulture, $"{answer.Verdict.Reason} (one picture of {members.Length} frames, {string.Join(", ", members.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Pts.Seconds:0.00} s")))})"),
        };
        return members.Select(m => new ClipChange(m.Pts, verdict, answer.Findings));
    }

    private static ClipChange Unseen(Candidate frame, string what)
    {
        var before = frame.Judgement?.Verdict;
        var strongest = (frame.Judgement?.Findings ?? []).MaxBy(f => f.Confidence);
        var said = strongest is null ? "nobody has looked at it" : string.Create(CultureInfo.InvariantCulture, $"{strongest.Backend} says {strongest.Label} {strongest.Confidence:0.00}");
        return new ClipChange(frame.Pts, new Verdict(Decision.Escalate, $"{said}, {what}", Name, before?.Label, before?.Confidence) { Basis = before?.Basis }, []);
    }

    private async Task<byte[]> PictureAsync(Candidate[] members, Func<Candidate, CancellationToken, Task<byte[]>> picture, CancellationToken ct)
    {
        if (members is [var one])
        {
            return await picture(one, ct).ConfigureAwait(false);
        }

        var cells = new List<GridMember>(members.Length);
        foreach (var member in members)
        {
            cells.Add(new GridMember(member.Pts, jpeg.Decode(await picture(member, ct).ConfigureAwait(false), int.MaxValue)));
        }

        return grids.MergeOne(cells).Jpeg;
    }

    private static PaidCall Call(Run run, IModerationBackend backend, Candidate[] members) => new(
        run.Id, run.OwnerId, backend.Id, backend.ModelVersion, backend.PricePerCall,
        members.SelectMany(m => m.Judgement?.Findings ?? []).MaxBy(f => f.Confidence)?.Label, members.Length);
}

/// <summary>A frame whose judgement changes; <paramref name="Added"/>: findings on top of the earlier ones.</summary>
public sealed record ClipChange(Pts Pts, Verdict Verdict, ImmutableArray<Finding> Added);
