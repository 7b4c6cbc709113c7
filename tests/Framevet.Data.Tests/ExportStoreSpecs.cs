using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;

namespace Framevet.Data.Tests;

public class ExportStoreSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_export_comes_back_with_the_frames_in_the_order_asked_for()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        ImmutableArray<Pts> frames = [Make.Pts(2000), Make.Pts(-1), Make.Pts(1000)];
        var export = (await WithExportAsync(database, frames)).ToExport();
        var picks = await WithExportAsync(database, null);

        var stored = (await database.Get<IExportStore>().GetAsync(export.Id, Ct)).ShouldNotBeNull();

        stored.Requested.ShouldNotBeNull().ShouldBe(frames.AsEnumerable());
        (stored with { Requested = null }).ShouldBe(export with { Requested = null });
        (await database.Get<IExportStore>().GetAsync(picks.Id, Ct)).ShouldNotBeNull().Requested.ShouldBeNull();
        (await database.Get<IExportStore>().GetAsync(Guid.NewGuid(), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_workers_exactly_one_takes_an_export()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IExportStore>();
        var export = (await WithExportAsync(database, null)).ToExport();

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => store.TryUpdateAsync(export with { State = ExportState.Running }, ExportState.Queued, Ct), Ct)));

        taken.Count(t => t).ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_nodes_one_has_an_export_and_writes_of_one_that_lost_it_are_refused()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IExportStore>();
        var export = (await WithExportAsync(database, null)).ToExport();
        var asleep = (await store.TryTakeAsync(export.Id, new WorkNode("asleep", TimeSpan.FromTicks(1), false), Ct))!;
        (await store.TryUpdateAsync(asleep, export with { State = ExportState.Running }, ExportState.Queued, Ct)).ShouldBeTrue();
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(2, Ct);

        var takers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => store.TryTakeAsync(export.Id, new WorkNode($"n{i}", TimeSpan.FromMinutes(5), false), Ct), Ct)));

        var successor = takers.OfType<RowLease>().ShouldHaveSingleItem();
        successor.Token.ShouldBe(asleep.Token + 1);
        (await Should.ThrowAsync<LeaseLostException>(() => store.TryUpdateAsync(asleep, export with { State = ExportState.Done, BlobKey = "late" }, ExportState.Running, Ct))).Lease.ShouldBe(asleep);
        await Should.ThrowAsync<LeaseLostException>(() => store.RenewAsync(asleep, Ct));
        await store.ReleaseAsync(asleep, Ct);
        (await store.GetAsync(export.Id, Ct)).ShouldNotBeNull().ShouldSatisfyAllConditions(e => e.State.ShouldBe(ExportState.Running), e => e.BlobKey.ShouldBeNull(), e => e.Worker.ShouldBe(successor.Node));
        await store.RenewAsync(successor, Ct);
        (await store.TryUpdateAsync(successor, export with { State = ExportState.Done, BlobKey = "exports/a.zip" }, ExportState.Running, Ct)).ShouldBeTrue();
        await store.ReleaseAsync(successor, Ct);
        (await store.GetAsync(export.Id, Ct))!.Worker.ShouldBeNull();
    }

    [Fact]
    public async Task A_finished_export_is_not_open_any_more_and_keeps_its_file()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IExportStore>();
        var export = (await WithExportAsync(database, null)).ToExport();
        database.Clock.Advance(TimeSpan.FromSeconds(1));
        var later = export with { Id = Guid.NewGuid(), CreatedAt = database.Clock.Now };
        await store.AddAsync(later, Ct);
        var done = export with { State = ExportState.Done, FileName = "a.zip", BlobKey = "exports/a.zip", Bytes = 5, Sha256 = "ab", Frames = 2 };

        (await store.TryUpdateAsync(done, ExportState.Queued, Ct)).ShouldBeTrue();

        (await store.GetAsync(export.Id, Ct)).ShouldBe(done);
        (await store.OpenAsync(Ct)).Select(e => e.Id).ShouldBe([later.Id]);
        (await store.ForRunAsync(export.RunId, Ct)).Select(e => e.Id).ShouldBe([later.Id, export.Id]);
        await store.AddAsync(export, Ct);
        (await store.GetAsync(export.Id, Ct)).ShouldBe(done);
    }

    [Fact]
    public async Task Open_exports_of_the_same_person_that_came_before_are_counted_and_no_others()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IExportStore>();
        var first = (await WithExportAsync(database, null)).ToExport();
        var ids = new List<Guid>();
        foreach (var (owner, state) in new[] { (first.OwnerId, ExportState.Running), (first.OwnerId, ExportState.Done), ("somebody else", ExportState.Queued), (first.OwnerId, ExportState.Queued) })
        {
            database.Clock.Advance(TimeSpan.FromSeconds(1));
            ids.Add(Guid.NewGuid());
            await store.AddAsync(first with { Id = ids[^1], OwnerId = owner, State = state, CreatedAt = database.Clock.Now }, Ct);
        }

        (await store.AheadAsync(first.Id, Ct)).ShouldBe(0);
        (await store.AheadAsync(ids[2], Ct)).ShouldBe(0);
        (await store.AheadAsync(ids[3], Ct)).ShouldBe(2, "the first and the running one");
        (await store.AheadAsync(Guid.NewGuid(), Ct)).ShouldBe(0);
    }

    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public async Task The_time_of_an_export_is_not_over_while_its_run_is_kept_or_held(bool isKept, bool isHeld, int due)
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IExportStore>();
        var export = (await WithExportAsync(database, null)).ToExport();
        (await store.TryUpdateAsync(export with { State = ExportState.Done, ExpiresAt = database.Clock.Now }, ExportState.Queued, Ct)).ShouldBeTrue();
        await database.Get<IRetentionStore>().SetFlagsAsync(export.RunId, isKept, isHeld, null, Ct);

        (await store.DueAsync(database.Clock.Now, Ct)).Length.ShouldBe(due);
    }

    [Fact]
    public async Task What_retention_removed_is_expired_and_can_be_made_again()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IExportStore>();
        var export = (await WithExportAsync(database, null)).ToExport();
        (await store.TryUpdateAsync(export with { State = ExportState.Done, FileName = "a.zip", BlobKey = "exports/a.pieces" }, ExportState.Queued, Ct)).ShouldBeTrue();

        await database.Get<IRetentionStore>().MarkAsync(RetentionKind.Exports, export.Id.ToString("N"), database.Clock.Now, Ct);

        var gone = (await store.GetAsync(export.Id, Ct)).ShouldNotBeNull();
        (gone.State, gone.RemovedAt).ShouldBe((ExportState.Expired, database.Clock.Now));
        (await store.TryUpdateAsync(gone with { State = ExportState.Queued, RemovedAt = null }, ExportState.Expired, Ct)).ShouldBeTrue();
        (await store.GetAsync(export.Id, Ct)).ShouldNotBeNull().RemovedAt.ShouldBeNull();
    }

    private static async Task<ExportTable> WithExportAsync(TestDatabase database, ImmutableArray<Pts>? frames)
    {
        var run = Make.Run(database.Clock.Now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        var row = new ExportTable
        {
            Id = Guid.NewGuid(),
            RunId = run.Id,
            State = ExportState.Queued,
            Frames = 3,
            OwnerId = "1",
            OwnerName = "Ann",
            CreatedAt = database.Clock.Now,
            Requested = frames is { } some ? PtsText.Write(some) : null,
        };
        await database.Get<IExportStore>().AddAsync(row.ToExport(), Ct);
        return row;
    }
}
