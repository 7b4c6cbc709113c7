using System.Collections.Immutable;
using Framevet.Pipeline;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;

namespace Framevet.Data.Tests;

/// <summary>A part of a shared run has one worker, and one that was taken for dead stores nothing any more.</summary>
public class SegmentStoreSpecs
{
    private static readonly WorkNode Owner = new("owner", TimeSpan.FromMinutes(5), false);
    private static readonly WorkNode Other = new("other", TimeSpan.FromMinutes(5), false);

    // Over before the next statement: on a server its own clock counts, which no test can move.
    private static readonly WorkNode Short = new("asleep", TimeSpan.FromTicks(1), false);
    private static readonly SegmentFacts Facts = new(50, 1, "one", null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_come_back_as_they_were_planned_and_are_taken_in_order()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, planned) = await PlannedAsync(database, 3);

        (await store.OfRunAsync(lease.Run, Ct)).Select(r => (r.Segment, r.State, r.Version)).ShouldBe(planned.Select(s => (s, SegmentState.Waiting, "1.0")));
        var first = (await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct))!;
        var second = (await store.TryClaimAsync(lease.Run, Owner, "1.0", 5, Ct))!;

        (first.Segment, first.Node, first.Attempt).ShouldBe((planned[0], "other", 1));
        second.Segment.ShouldBe(planned[1]);
        (await store.BeatAsync(first, 7, Ct)).ShouldBeTrue();
        (await store.CompleteAsync(second, "segments/x-1-1", Facts, Ct)).ShouldBeTrue();
        var rows = await store.OfRunAsync(lease.Run, Ct);
        rows.Select(r => (r.State, r.Node, r.Measured, r.IsSilent)).ShouldBe([(SegmentState.Working, "other", 7, false), (SegmentState.Done, "owner", 100, false), (SegmentState.Waiting, null, 0, false)]);
        (rows[1].Key, rows[1].Facts).ShouldBe(("segments/x-1-1", Facts));
    }

    [Fact]
    public async Task Of_many_who_want_the_last_part_one_gets_it()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, _) = await PlannedAsync(database, 4);

        var takers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.TryClaimAsync(lease.Run, new WorkNode($"n{i}", TimeSpan.FromMinutes(5), false), "1.0", 5, Ct))));

        // Rows that somebody else is taking at this moment are passed over, so those may come again.
        var taken = takers.OfType<SegmentLease>().ToList();
        while (await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct) is { } more)
        {
            taken.Add(more);
        }

        taken.Select(t => t.Segment.Number).Order().ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_part_of_a_silent_node_is_taken_again_and_what_comes_late_is_refused()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, _) = await PlannedAsync(database, 1);
        var late = (await store.TryClaimAsync(lease.Run, Short, "1.0", 5, Ct))!;
        await SleepAsync(database);
        (await store.OfRunAsync(lease.Run, Ct))[0].IsSilent.ShouldBeTrue();

        var successor = (await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct))!;

        (successor.Token, successor.Attempt).ShouldBe((late.Token + 1, 2));
        (await store.BeatAsync(late, 50, Ct)).ShouldBeFalse();
        (await store.CompleteAsync(late, "late", Facts, Ct)).ShouldBeFalse();
        (await store.FailAsync(late, new SegmentTrouble(FailureCode.ToolFailed, "late", null), Ct)).ShouldBeFalse();
        await store.ReleaseAsync(late, false, Ct);
        (await store.OfRunAsync(lease.Run, Ct)).Select(r => (r.State, r.Node, r.Key)).ShouldBe([(SegmentState.Working, "other", null)]);
        (await store.CompleteAsync(successor, "right", Facts, Ct)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_beat_keeps_a_part()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, _) = await PlannedAsync(database, 1);
        var held = (await store.TryClaimAsync(lease.Run, Short, "1.0", 5, Ct))!;
        await SleepAsync(database);

        (await store.BeatAsync(held with { Length = TimeSpan.FromMinutes(5) }, 1, Ct)).ShouldBeTrue();

        (await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct)).ShouldBeNull();
    }

    [Theory]
    [InlineData(RunState.Cancelling)]
    [InlineData(RunState.Failed)]
    public async Task Parts_of_a_run_that_is_over_are_nobodys_and_are_found(RunState end)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, _) = await PlannedAsync(database, 2);
        var held = (await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct))!;
        (await store.LeftAsync(Ct)).ShouldBeEmpty();

        await database.Get<IRunStore>().TryMoveAsync(lease.Run, RunState.Running, end, "", null, Ct);

        (await store.BeatAsync(held, 1, Ct)).ShouldBeFalse();
        (await store.TryClaimAsync(lease.Run, Owner, "1.0", 5, Ct)).ShouldBeNull();
        (await store.LeftAsync(Ct)).ShouldBe([lease.Run]);
        (await store.RemoveAsync(lease.Run, Ct)).ShouldBe(2);
        (await store.RemoveAsync(lease.Run, Ct)).ShouldBe(0);
        (await store.OfRunAsync(lease.Run, Ct)).ShouldBeEmpty();
        (await store.CompleteAsync(held, "late", Facts, Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_the_same_version_helps_and_only_so_many_times()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, _) = await PlannedAsync(database, 1);

        (await store.TryClaimAsync(lease.Run, Other, "1.1", 5, Ct)).ShouldBeNull();
        for (var i = 1; i <= 2; i++)
        {
            await store.ReleaseAsync((await store.TryClaimAsync(lease.Run, Other, "1.0", 2, Ct))!, countsNot: false, Ct);
        }

        (await store.TryClaimAsync(lease.Run, Other, "1.0", 2, Ct)).ShouldBeNull();
        await store.ReopenAsync(lease, 0, anew: true, Ct);
        var again = (await store.TryClaimAsync(lease.Run, Other, "1.0", 2, Ct))!;
        again.Attempt.ShouldBe(1);
        await store.ReleaseAsync(again, countsNot: true, Ct);
        (await store.TryClaimAsync(lease.Run, Other, "1.0", 1, Ct))!.Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task Why_a_part_has_no_result_is_kept()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, _) = await PlannedAsync(database, 2);
        var (bad, alone) = (new SegmentTrouble(FailureCode.ToolFailed, "It crashed.", "signal 11"), new SegmentTrouble(null, "It cannot be entered.", null));

        (await store.FailAsync((await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct))!, bad, Ct)).ShouldBeTrue();
        (await store.FailAsync((await store.TryClaimAsync(lease.Run, Other, "1.0", 5, Ct))!, alone, Ct)).ShouldBeTrue();

        (await store.OfRunAsync(lease.Run, Ct)).Select(r => (r.State, r.Trouble)).ShouldBe([(SegmentState.Failed, bad), (SegmentState.Void, alone)]);
    }

    [Fact]
    public async Task Who_has_lost_the_run_plans_nothing()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (store, lease, planned) = await PlannedAsync(database, 2);
        var successor = (await database.Get<IRunStore>().TryTakeAsync(lease.Run, Owner, Ct))!;

        await Should.ThrowAsync<LeaseLostException>(() => store.PlanAsync(lease, planned[..1], "1.0", Ct));
        await Should.ThrowAsync<LeaseLostException>(() => store.ReopenAsync(lease, 0, true, Ct));

        (await store.OfRunAsync(lease.Run, Ct)).Length.ShouldBe(2);
        await store.PlanAsync(successor, planned[..1], "1.0", Ct);
        (await store.OfRunAsync(lease.Run, Ct)).Length.ShouldBe(1);
    }

    private static async Task<(ISegmentStore Store, RunLease Lease, ImmutableArray<Segment> Planned)> PlannedAsync(TestDatabase database, int count)
    {
        var run = Make.Run(database.Clock.Now);
        var runs = database.Get<IRunStore>();
        await runs.AddAsync(run, Ct);
        var lease = (await runs.TryTakeAsync(run.Id, Owner, Ct))!;
        await runs.Under(lease).TryMoveAsync(run.Id, RunState.Queued, RunState.Running, "", null, Ct);
        ImmutableArray<Segment> planned = [.. Enumerable.Range(0, count).Select(i => new Segment(i, i * 4000, i == count - 1 ? null : (i + 1) * 4000, i * 100, 100)
        {
            Origin = 0, Before = i == 0 ? null : (i * 4000) - 40, KeyBefore = i == 0 ? null : (i * 4000) - 2000,
        })];
        var store = database.Get<ISegmentStore>();
        await store.PlanAsync(lease, planned, "1.0", Ct);
        return (store, lease, planned);
    }

    private static Task SleepAsync(TestDatabase database)
    {
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        return Task.Delay(2, Ct);
    }
}
