using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

/// <summary>Marks, their log, undo and redo, presets.</summary>
public class MarkStoreSpecs
{
    private static readonly Actor Ann = new("ann", "Ann", Rights.Submit);
    private static readonly Actor Bob = new("bob", "Bob", Rights.Submit | Rights.Curate);
    private int _keys;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mark_says_what_who_and_when_and_changes_only_what_is_named()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 3);

        await marks.DoAsync(run, Order(new MarkSet { Stars = 3, AddTags = ["sky", "hero"] }, 0, 1), Ann, Ct);
        var outcome = await marks.DoAsync(run, Order(new MarkSet { Flag = MarkFlag.Pick, RemoveTags = ["sky"] }, 1), Bob, Ct);

        outcome.Changed.ShouldBe(1);
        outcome.Text.ShouldBe("picked, tag sky off on 1 frame");
        var mark = outcome.Frames.ShouldHaveSingleItem();
        (mark.Pts, mark.Stars, mark.Flag, mark.By, mark.At).ShouldBe((1L, 3, MarkFlag.Pick, "Bob", database.Clock.Now));
        mark.Tags.ShouldBe(["hero"]);
        (await marks.OfAsync(run, [0, 1, 2], Ct)).Keys.Order().ShouldBe([0L, 1L]);
    }

    [Fact]
    public async Task Sending_an_order_again_does_nothing_again_and_tells_what_came_of_it()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 2);
        var order = Order(new MarkSet { Stars = 5 }, 0);
        var first = await marks.DoAsync(run, order, Ann, Ct);
        await marks.DoAsync(run, Order(new MarkSet { Stars = 1 }, 0), Ann, Ct);

        var again = await marks.DoAsync(run, order, Ann, Ct);

        first.IsRepeat.ShouldBeFalse();
        again.IsRepeat.ShouldBeTrue();
        again.Changed.ShouldBe(1);
        (await marks.OfAsync(run, [0], Ct))[0].Stars.ShouldBe(1);
    }

    [Fact]
    public async Task A_hundred_steps_are_undone_and_done_again()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 110);
        for (var i = 0; i < 110; i++)
        {
            await marks.DoAsync(run, Order(new MarkSet { Stars = 1 + (i % 5) }, i), Ann, Ct);
        }

        for (var i = 0; i < 100; i++)
        {
            (await marks.DoAsync(run, Back(MarkOrderKind.Undo), Ann, Ct)).Changed.ShouldBe(1);
        }

        (await Starred(marks, run)).ShouldBe(10);
        (await marks.DoAsync(run, Back(MarkOrderKind.Undo), Ann, Ct)).Text.ShouldBeNull();
        for (var i = 0; i < 100; i++)
        {
            (await marks.DoAsync(run, Back(MarkOrderKind.Redo), Ann, Ct)).Changed.ShouldBe(1);
        }

        (await Starred(marks, run)).ShouldBe(110);
        (await marks.OfAsync(run, [104], Ct))[104].Stars.ShouldBe(5);
    }

    [Fact]
    public async Task Undo_takes_back_ones_own_order_and_leaves_what_somebody_else_marked_later()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 2);
        await marks.DoAsync(run, Order(new MarkSet { Stars = 4, Flag = MarkFlag.Pick }, 0, 1), Ann, Ct);
        await marks.DoAsync(run, Order(new MarkSet { Stars = 2 }, 0), Bob, Ct);

        await marks.DoAsync(run, Back(MarkOrderKind.Undo), Ann, Ct);

        var now = await marks.OfAsync(run, [0, 1], Ct);
        (now[0].Stars, now[0].Flag).ShouldBe((2, MarkFlag.None));
        (now[1].Stars, now[1].Flag).ShouldBe((0, MarkFlag.None));
        (await marks.DoAsync(run, Back(MarkOrderKind.Undo), Bob, Ct)).Frames.ShouldHaveSingleItem().Stars.ShouldBe(4);
    }

    [Fact]
    public async Task With_a_revision_frames_that_were_marked_since_stay_as_they_are()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 2);
        var seen = (await marks.DoAsync(run, Order(new MarkSet { Stars = 1 }, 0, 1), Ann, Ct)).Revision;
        await marks.DoAsync(run, Order(new MarkSet { Stars = 2 }, 0), Bob, Ct);

        var outcome = await marks.DoAsync(run, Order(new MarkSet { Stars = 5 }, 0, 1) with { IfRevision = seen }, Ann, Ct);

        outcome.Frames.Select(f => f.Pts).ShouldBe([1L]);
        (await marks.OfAsync(run, [0], Ct))[0].Stars.ShouldBe(2);
    }

    [Fact]
    public async Task A_stack_is_kept_and_rejected_in_one_step()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 4);
        var keep = new MarkOrder("keep", MarkOrderKind.Set, [new MarkStep([1], new MarkSet { Flag = MarkFlag.Pick }), new MarkStep([0, 2, 3], new MarkSet { Flag = MarkFlag.Reject })]);

        (await marks.DoAsync(run, keep, Ann, Ct)).Changed.ShouldBe(4);
        (await marks.DoAsync(run, Back(MarkOrderKind.Undo), Ann, Ct)).Changed.ShouldBe(4);

        (await marks.OfAsync(run, [0, 1, 2, 3], Ct)).Values.ShouldAllBe(m => m.Flag == MarkFlag.None);
    }

    [Fact]
    public async Task Marks_have_revisions_of_their_own_and_outlive_vetting_the_file_again()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var (run, marks) = await RunAsync(database, 5);
        var outcome = await marks.DoAsync(run, Order(new MarkSet { Colour = 2 }, 0, 1, 2, 3, 4), Ann, Ct);

        var changed = await marks.ChangedAsync(run, outcome.Revision - 5, 10, Ct);
        changed.Select(m => m.Revision).ShouldBe(Enumerable.Range(0, 5).Select(i => outcome.Revision - 4 + i));
        await database.Get<IRunStore>().ClearAsync(run, Ct);

        (await marks.OfAsync(run, [0, 1, 2, 3, 4], Ct)).Count.ShouldBe(5);
        (await marks.DoAsync(run, Order(new MarkSet { Colour = 3 }, 0), Ann, Ct)).Changed.ShouldBe(0, "a frame that is not there is not marked");
    }

    [Fact]
    public async Task Presets_are_ones_own_or_shared()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var presets = database.Get<PresetStore>();
        var mine = await presets.SaveAsync("Sharp", "?range=sharpness:30..", false, Ann, Ct);
        await presets.SaveAsync("Best", "sort=-quality", true, Bob, Ct);
        await presets.SaveAsync("Sharp", "range=sharpness:40..", false, Ann, Ct);

        (await presets.ListAsync("ann", Ct)).Select(p => (p.Name, p.Query, p.IsOwn)).ShouldBe([("Best", "sort=-quality", false), ("Sharp", "range=sharpness:40..", true)]);
        (await presets.ListAsync("bob", Ct)).Select(p => p.Name).ShouldBe(["Best"]);
        (await presets.RemoveAsync(mine, Bob, Ct)).ShouldBeFalse();
        (await presets.RemoveAsync(mine, Ann, Ct)).ShouldBeTrue();
    }

    private static async Task<int> Starred(MarkStore marks, RunId run) =>
        (await marks.ChangedAsync(run, 0, 1000, Ct)).Count(m => m.Stars > 0);

    private static async Task<(RunId Run, MarkStore Marks)> RunAsync(TestDatabase database, int frames)
    {
        var store = database.Get<IRunStore>();
        var run = Make.Run(database.Clock.Now, state: RunState.Running);
        await store.AddAsync(run, Ct);
        await store.SaveCandidatesAsync(run.Id, [.. Enumerable.Range(0, frames).Select(i => Make.Candidate(i))], new Funnel(), Ct);
        return (run.Id, database.Get<MarkStore>());
    }

    private MarkOrder Order(MarkSet set, params ImmutableArray<long> frames) => MarkOrder.Set($"key {++_keys}", set, frames);

    private MarkOrder Back(MarkOrderKind kind) => new($"key {++_keys}", kind, []);
}
