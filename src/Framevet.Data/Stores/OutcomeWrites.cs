using System.Collections.Immutable;
using System.Data.Common;
using Framevet.Data.Queries;
using Framevet.Data.Tables;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>What happens to stored frames later: selection and new verdicts. State, losses and rank of a row change together.</summary>
internal static class OutcomeWrites
{
    private const string UpdateSql = """
        UPDATE "Frames" SET "State" = @state, "IsAllowed" = @allowed, "Rank" = @rank, "PickReason" = @why, "Losses" = @losses, "Verdict" = @verdict, "Revision" = @revision
        WHERE "RunId" = @run AND "Pts" = @pts
        """;

    /// <summary>Replaces ranks and selection losses; rows that stay as they are keep their revision. Only allowed frames can be picked.</summary>
    public static async Task<long> SaveSelectionAsync(
        WriteScope scope, RunId run, ImmutableArray<Pick> picks, ImmutableArray<(Pts Pts, Loss Loss)> losses, CancellationToken ct)
    {
        var picked = picks.ToDictionary(p => p.Candidate.Pts.Value);
        var lost = losses.ToLookup(l => l.Pts.Value, l => l.Loss);
        var changed = new List<Outcome>();
        foreach (var old in await ReadAsync(scope, run, only: null, ct).ConfigureAwait(false))
        {
            var pick = old.IsAllowed && old.State != FrameState.Lost && picked.TryGetValue(old.Pts, out var found) ? found : null;
            var kept = FrameMapping.LossList(old.Losses).Where(l => l.Stage != LossStage.Selection).Concat(pick is null ? lost[old.Pts] : []);
            var next = old with { Rank = pick?.Rank, Why = pick?.Reason, Losses = Text([.. kept]) };
            next = next with { State = FrameMapping.StateOf(old.State != FrameState.Lost, next.Decision, next.Rank) };
            if (next != old)
            {
                changed.Add(next);
            }
        }

        return await StoreAsync(scope, run, changed, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Replaces verdicts and keeps the earlier ones in the history. A frame no longer allowed loses its rank and says so as a moderation
    /// loss; one allowed now drops that loss. The funnel's counts after the gates are counted again from the rows.
    /// </summary>
    public static async Task<long> SaveVerdictsAsync(
        WriteScope scope, RunId run, ImmutableArray<(Pts Pts, Verdict Verdict)> verdicts, DateTimeOffset now, CancellationToken ct)
    {
        var words = verdicts.ToDictionary(v => v.Pts.Value, v => v.Verdict);
        var history = FrameWrites.VerdictCommand(scope);
        var changed = new List<Outcome>();
        foreach (var old in await ReadAsync(scope, run, [.. words.Keys], ct).ConfigureAwait(false))
        {
            var word = words[old.Pts];
            word = word with { Basis = word.Basis ?? old.Basis };
            var allowed = word.Decision == Decision.Allow;
            var losses = FrameMapping.LossList(old.Losses).Where(l => l.Stage == LossStage.Gating || (allowed && l.Stage == LossStage.Selection));
            if (word.Decision == Decision.Block)
            {
                losses = losses.Append(new Loss(LossStage.Moderation, word.By, word.Reason));
            }

            var rank = allowed ? old.Rank : null;
            changed.Add(old with
            {
                IsAllowed = allowed,
                Rank = rank,
                Why = rank is null ? null : old.Why,
                Losses = Text([.. losses]),
                Verdict = RowJson.Write(word),
                State = FrameMapping.StateOf(old.State != FrameState.Lost, word.Decision, rank),
            });
            await FrameWrites.AddVerdictAsync(history, run, old.Pts, word, now, ct).ConfigureAwait(false);
        }

        var revision = await StoreAsync(scope, run, changed, ct).ConfigureAwait(false);
        await RecountAsync(scope, run, ct).ConfigureAwait(false);
        return revision;
    }

    /// <summary>Replaces gating losses. A frame that a gate loses now loses its rank as well.</summary>
    public static async Task<long> SaveGatingAsync(WriteScope scope, RunId run, ImmutableArray<(Pts Pts, ImmutableArray<Loss> Losses)> frames, CancellationToken ct)
    {
        var words = frames.ToDictionary(f => f.Pts.Value, f => f.Losses);
        var changed = new List<Outcome>();
        foreach (var old in await ReadAsync(scope, run, only: null, ct).ConfigureAwait(false))
        {
            if (!words.TryGetValue(old.Pts, out var losses))
            {
                continue;
            }

            var passed = losses.IsEmpty;
            var rank = passed ? old.Rank : null;
            changed.Add(old with
            {
                Rank = rank,
                Why = rank is null ? null : old.Why,
                Losses = Text([.. losses, .. FrameMapping.LossList(old.Losses).Where(l => l.Stage != LossStage.Gating)]),
                State = FrameMapping.StateOf(passed, old.Decision, rank),
            });
        }

        return await StoreAsync(scope, run, changed, ct).ConfigureAwait(false);
    }

    private static string Text(ImmutableArray<Loss> losses) => losses.IsEmpty ? "[]" : RowJson.Write(losses);

    private static async Task<List<Outcome>> ReadAsync(WriteScope scope, RunId run, long[]? only, CancellationToken ct)
    {
        var frames = scope.Db.Frames.AsNoTracking().Where(f => f.RunId == run);
        if (only is not null)
        {
            frames = frames.Where(f => EF.Parameter(only).Contains(f.Pts));
        }

        return await frames.OrderBy(f => f.Pts).Select(f => new Outcome(f.Pts, f.State, f.IsAllowed, f.Rank, f.PickReason, f.Losses, f.Verdict)).ToListAsync(ct).ConfigureAwait(false);
    }

    private static async Task<long> StoreAsync(WriteScope scope, RunId run, List<Outcome> changed, CancellationToken ct)
    {
        var last = await RunRevision.RaiseAsync(scope, run, changed.Count, ct).ConfigureAwait(false);
        var revision = last - changed.Count;
        var update = scope.Command(UpdateSql);
        foreach (var frame in changed)
        {
            ct.ThrowIfCancellationRequested();
            await frame.Fill(update.With("@run", run).With("@revision", ++revision)).ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }

        return last;
    }

    private static async Task RecountAsync(WriteScope scope, RunId run, CancellationToken ct)
    {
        var counts = await scope.Db.Frames.Where(f => f.RunId == run).GroupBy(f => f.State).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct).ConfigureAwait(false);
        var lost = await scope.Db.Frames.Where(f => f.RunId == run && f.State == FrameState.Lost && !f.IsAllowed).Select(f => f.Verdict).ToListAsync(ct).ConfigureAwait(false);
        var stored = await scope.Db.Runs.Where(r => r.Id == run).Select(r => r.Funnel).SingleAsync(ct).ConfigureAwait(false);
        var funnel = RowJson.Read<Funnel>(stored) with
        {
            Allowed = counts.GetValueOrDefault(FrameState.Allowed) + counts.GetValueOrDefault(FrameState.Selected),
            AwaitingReview = counts.GetValueOrDefault(FrameState.Pending),
            Blocked = counts.GetValueOrDefault(FrameState.Blocked),
            Selected = counts.GetValueOrDefault(FrameState.Selected),
            LostInReview = lost.Count(v => v is null || RowJson.Read<Verdict>(v).Decision == Decision.Escalate),
        };
        await scope.Command("""UPDATE "Runs" SET "Funnel" = @funnel WHERE "Id" = @id""")
            .With("@id", run).With("@funnel", RowJson.Write(funnel)).ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The part of a row that changes.</summary>
    private sealed record Outcome(long Pts, FrameState State, bool IsAllowed, int? Rank, string? Why, string Losses, string? Verdict)
    {
        public VerdictBasis? Basis => Verdict is null ? null : RowJson.Read<Verdict>(Verdict).Basis;

        public Decision? Decision => Verdict is null ? null : RowJson.Read<Verdict>(Verdict).Decision;

        public DbCommand Fill(DbCommand update) => update.With("@pts", Pts).With("@state", State).With("@allowed", IsAllowed).With("@rank", Rank)
            .With("@why", Why).With("@losses", Losses).With("@verdict", Verdict);
    }
}
