using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Selection;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Runs and their frames in the database. Thread-safe; see <see cref="FrameWrites"/> for the frame rows.</summary>
internal sealed class EfRunStore(IDbContextFactory<FramevetDb> contexts, WriteGate gate, TimeProvider clock) : IRunStore
{
    private RunLease? Lease { get; init; }

    /// <summary>
    /// StartedAt: the first take-up since the run was queued from the start. Attempt counts take-ups and begins anew when a user has a
    /// final run tried again. The heartbeat begins with a worker; Cancelling keeps the one of the worker that has to stop, and its lease.
    /// </summary>
    private const string MoveSql = """
        UPDATE "Runs" SET
            "State" = @target, "Reason" = @reason, "Failure" = @failure, "FailureDetail" = @detail, "Revision" = "Revision" + 1,
            "StartedAt" = CASE WHEN @again THEN NULL WHEN @target = 'Running' THEN COALESCE("StartedAt", @now) ELSE "StartedAt" END,
            "EndedAt" = CASE WHEN @final THEN @now ELSE NULL END,
            "Attempt" = CASE WHEN @again THEN 0 WHEN @target = 'Running' THEN "Attempt" + 1 ELSE "Attempt" END,
            "HeartbeatAt" = CASE WHEN @target IN ('Running', 'Finishing') THEN @now WHEN @target = 'Cancelling' THEN "HeartbeatAt" ELSE NULL END,
            "Worker" = CASE WHEN @target IN ('Running', 'Finishing', 'Cancelling') THEN COALESCE("Worker", @worker) ELSE NULL END,
            "NotBefore" = CASE WHEN @again THEN NULL ELSE "NotBefore" END,
            "FinishTries" = CASE WHEN @target = 'Running' THEN 0 ELSE "FinishTries" END,
            "LeaseUntil" = CASE WHEN @target IN ('Running', 'Finishing', 'Cancelling') THEN COALESCE("LeaseUntil", $now + @length) ELSE NULL END
        WHERE "Id" = @id AND "State" = @expected AND (@token IS NULL OR "LeaseToken" = @token)
        RETURNING "Revision"
        """;

    public Task AddAsync(Run run, CancellationToken ct) => gate.WriteAsync(
        async (scope, token) =>
        {
            var media = await scope.Db.Media.SingleOrDefaultAsync(m => m.Sha256 == run.MediaSha256, token).ConfigureAwait(false);
            if (media is not null)
            {
                // Whoever adds a run has the file.
                media.RemovedAt = null;
            }
            else
            {
                scope.Db.Media.Add(new MediaTable { Sha256 = run.MediaSha256, Key = run.MediaKey, Bytes = run.MediaBytes, CreatedAt = run.CreatedAt });
            }

            scope.Db.Runs.Add(new RunTable
            {
                Id = run.Id,
                OwnerId = run.OwnerId,
                SourceName = run.SourceName,
                MediaSha256 = run.MediaSha256,
                RecipeName = run.Recipe.Name,
                Priority = run.Priority,
                State = run.State,
                Reason = run.Reason,
                CreatedAt = run.CreatedAt,
                Revision = Math.Max(1, run.Revision),
                Funnel = RowJson.Write(run.Funnel),
                Recipe = RowJson.Write(run.Recipe),
            });
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
        },
        ct);

    public async Task<Run?> GetAsync(RunId id, CancellationToken ct) =>
        await ReadAsync(db => db.Runs.Where(r => r.Id == id), ct).ConfigureAwait(false) is [var run] ? run : null;

    public Task<ImmutableArray<Run>> InStatesAsync(ImmutableArray<RunState> states, CancellationToken ct)
    {
        var wanted = states.ToList();
        return ReadAsync(db => db.Runs.Where(r => wanted.Contains(r.State)).OrderBy(r => r.CreatedAt).ThenBy(r => r.Id), ct);
    }

    public Task<ImmutableArray<Run>> OrphansAsync(CancellationToken ct) => ReadAsync(db => LeaseWrites.Orphans(db, clock), ct);

    public async Task<RunLease?> TryTakeAsync(RunId id, WorkNode node, CancellationToken ct) =>
        await gate.StepAsync((scope, token) => LeaseWrites.TryTakeAsync(scope, "Runs", id, node, clock, token), ct).ConfigureAwait(false) is { } taken ? new RunLease(id, node.Id, taken, node.Lease) : null;

    public Task<RunLease?> TryTakeNextAsync(string group, TurnRules rules, WorkNode node, CancellationToken ct) => gate.StepAsync((scope, token) => TurnWrites.TryTakeNextAsync(scope, group, rules, node, clock, token), ct);

    public Task RouteAsync(RunId id, string group, CancellationToken ct) => gate.StepAsync((scope, token) => TurnWrites.RouteAsync(scope, id, group, token), ct);

    public Task PostponeAsync(RunId id, TimeSpan pause, CancellationToken ct) => WriteAsync(id, (scope, token) => TurnWrites.PostponeAsync(scope, id, pause, clock, token), ct);

    public Task<int> CountFinishTryAsync(RunId id, CancellationToken ct) => WriteAsync(id, (scope, token) => TurnWrites.CountFinishTryAsync(scope, id, token), ct);

    public Task ReleaseAsync(RunLease lease, CancellationToken ct) => gate.StepAsync((scope, token) => LeaseWrites.ReleaseAsync(scope, "Runs", lease.Run, lease, token), ct);

    public IRunStore Under(RunLease lease) => new EfRunStore(contexts, gate, clock) { Lease = lease };

    public Task<long?> TryMoveAsync(RunId id, RunState expected, RunState target, string reason, RunFailure? failure, CancellationToken ct) => gate.StepAsync(
        (scope, token) => scope.Command(MoveSql.Replace("$now", scope.Db.Dialect.Now(clock), StringComparison.Ordinal))
            .With("@worker", Lease?.Node).With("@length", Lease?.Length.Ticks).With("@token", Lease?.Token)
            .With("@id", id).With("@expected", expected).With("@target", target).With("@reason", reason)
            .With("@failure", failure?.Code).With("@detail", failure?.Detail)
            .With("@final", target.IsFinal()).With("@again", expected.IsFinal() && !target.IsFinal()).With("@now", clock.GetUtcNow())
            .NumberAsync(token),
        ct);

    public Task<long> SaveProgressAsync(RunId id, Funnel funnel, MediaFacts? media, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            var revision = await RunRevision.RaiseAsync(scope, id, 1, token).ConfigureAwait(false);
            await FrameWrites.SaveFunnelAsync(scope, id, funnel, clock.GetUtcNow(), token).ConfigureAwait(false);
            if (media is not null)
            {
                await scope.Command("""UPDATE "Media" SET "Facts" = @facts, "DurationSeconds" = @seconds WHERE "Sha256" = (SELECT "MediaSha256" FROM "Runs" WHERE "Id" = @id)""")
                    .With("@id", id).With("@facts", RowJson.Write(media)).With("@seconds", media.Duration?.TotalSeconds)
                    .ExecuteNonQueryAsync(token).ConfigureAwait(false);
            }

            return revision;
        },
        ct);

    public Task<long> SaveCandidatesAsync(RunId id, ImmutableArray<Candidate> batch, Funnel funnel, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            var now = clock.GetUtcNow();
            var revision = await RunRevision.RaiseAsync(scope, id, batch.Length, token).ConfigureAwait(false);
            await FrameWrites.InsertAsync(scope, id, batch, revision - batch.Length, now, token).ConfigureAwait(false);
            await FrameWrites.SaveFunnelAsync(scope, id, funnel, now, token).ConfigureAwait(false);
            return revision;
        },
        ct);

    public Task<long> SaveSelectionAsync(RunId id, ImmutableArray<Pick> picks, ImmutableArray<(Pts Pts, Loss Loss)> losses, Funnel funnel, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            var revision = await OutcomeWrites.SaveSelectionAsync(scope, id, picks, losses, token).ConfigureAwait(false);
            await FrameWrites.SaveFunnelAsync(scope, id, funnel, clock.GetUtcNow(), token).ConfigureAwait(false);
            return revision;
        },
        ct);

    public Task<long> SaveVerdictsAsync(RunId id, ImmutableArray<(Pts Pts, Verdict Verdict)> verdicts, CancellationToken ct) =>
        WriteAsync(id, (scope, token) => OutcomeWrites.SaveVerdictsAsync(scope, id, verdicts, clock.GetUtcNow(), token), ct);

    public Task<long> SaveJudgementsAsync(RunId id, ImmutableArray<ClipChange> changes, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            await FrameWrites.AddFindingsAsync(scope, id, changes, token).ConfigureAwait(false);
            return await OutcomeWrites.SaveVerdictsAsync(scope, id, [.. changes.Select(c => (c.Pts, c.Verdict))], clock.GetUtcNow(), token).ConfigureAwait(false);
        },
        ct);

    public async Task<ImmutableArray<Candidate>> CandidatesAsync(RunId id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var findings = (await db.Findings.AsNoTracking().Where(f => f.RunId == id).OrderBy(f => f.Id).ToListAsync(ct).ConfigureAwait(false))
                .ToLookup(f => f.Pts, f => f.ToFinding());
            var frames = await db.Frames.AsNoTracking().Where(f => f.RunId == id).OrderBy(f => f.Pts).ToListAsync(ct).ConfigureAwait(false);
            return [.. frames.Select(f => f.ToCandidate([.. findings[f.Pts]]))];
        }
    }

    public Task<long> SaveGatingAsync(RunId id, ImmutableArray<(Pts Pts, ImmutableArray<Loss> Losses)> frames, Funnel funnel, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            var revision = await OutcomeWrites.SaveGatingAsync(scope, id, frames, token).ConfigureAwait(false);
            await FrameWrites.SaveFunnelAsync(scope, id, funnel, clock.GetUtcNow(), token).ConfigureAwait(false);
            return revision;
        },
        ct);

    /// <summary>Usually only the last scene has moved on: what stays the same is not written again.</summary>
    public Task<long> SaveScenesAsync(RunId id, ImmutableArray<Scene> scenes, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            var revision = await RunRevision.RaiseAsync(scope, id, 1, token).ConfigureAwait(false);
            var wanted = scenes.ToDictionary(s => s.Number, s => SceneTable.From(id, s));
            foreach (var row in await scope.Db.Scenes.Where(s => s.RunId == id).ToListAsync(token).ConfigureAwait(false))
            {
                if (wanted.Remove(row.Number, out var next))
                {
                    scope.Db.Entry(row).CurrentValues.SetValues(next);
                }
                else
                {
                    scope.Db.Scenes.Remove(row);
                }
            }

            scope.Db.Scenes.AddRange(wanted.Values);
            await scope.Db.SaveChangesAsync(token).ConfigureAwait(false);
            return revision;
        },
        ct);

    public async Task<ImmutableArray<Scene>> ScenesAsync(RunId id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Scenes.AsNoTracking().Where(s => s.RunId == id).OrderBy(s => s.Number).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(s => s.ToScene())];
        }
    }

    public Task<long> SavePeopleAsync(RunId id, ImmutableArray<Person> people, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            var revision = await RunRevision.RaiseAsync(scope, id, 1, token).ConfigureAwait(false);
            await PersonWrites.SaveAsync(scope, id, people, token).ConfigureAwait(false);
            return revision;
        },
        ct);

    public async Task<ImmutableArray<Person>> PeopleAsync(RunId id, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await PersonWrites.ReadAsync(db, id, ct).ConfigureAwait(false);
        }
    }

    public Task ClearAsync(RunId id, CancellationToken ct) => WriteAsync(
        id,
        async (scope, token) =>
        {
            await RunRevision.RaiseAsync(scope, id, 1, token).ConfigureAwait(false);
            // Findings, verdicts and decisions go with their frames and items.
            await scope.Db.Frames.Where(f => f.RunId == id).ExecuteDeleteAsync(token).ConfigureAwait(false);
            await scope.Db.ReviewItems.Where(i => i.RunId == id).ExecuteDeleteAsync(token).ConfigureAwait(false);
            await scope.Db.Scenes.Where(s => s.RunId == id).ExecuteDeleteAsync(token).ConfigureAwait(false);
            await PersonWrites.ClearAsync(scope.Db, id, token).ConfigureAwait(false);
            return await scope.Command("""UPDATE "Runs" SET "Funnel" = @funnel WHERE "Id" = @id""")
                .With("@id", id).With("@funnel", RowJson.Write(new Funnel())).ExecuteNonQueryAsync(token).ConfigureAwait(false);
        },
        ct);

    public Task LogAsync(RunId id, RunLogLevel level, string text, CancellationToken ct) => gate.StepAsync(
        (scope, token) => scope.Command("""INSERT INTO "RunLog" ("RunId", "At", "Level", "Text") VALUES (@id, @now, @level, @text)""")
            .With("@id", id).With("@now", clock.GetUtcNow()).With("@level", level).With("@text", text).ExecuteNonQueryAsync(token),
        ct);

    // Writes of a worker are its own only as long as its lease is; those of people have none.
    private Task<T> WriteAsync<T>(RunId id, Func<WriteScope, CancellationToken, Task<T>> work, CancellationToken ct) => gate.WriteAsync(
        id,
        async (scope, token) =>
        {
            if (Lease is { } lease)
            {
                await LeaseWrites.RenewAsync(scope, "Runs", lease.Run, lease, clock, token).ConfigureAwait(false);
            }

            return await work(scope, token).ConfigureAwait(false);
        },
        ct);

    private async Task<ImmutableArray<Run>> ReadAsync(Func<FramevetDb, IQueryable<RunTable>> which, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await which(db).AsNoTracking().Include(r => r.Media).ToListAsync(ct).ConfigureAwait(false);
            return [.. rows.Select(r => r.ToRun())];
        }
    }
}
