using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tests.Flow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Storage;

public sealed class DiskReserveSpecs
{
    private const long Gigabyte = 1L << 30;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_larger_of_share_and_size_counts()
    {
        using var large = Reserve(new StorageOptions(), () => new DiskGauge(900 * Gigabyte, 1000 * Gigabyte));
        using var small = Reserve(new StorageOptions(), () => new DiskGauge(9 * Gigabyte, 10 * Gigabyte));

        large.Look().Reserve.ShouldBe(50 * Gigabyte);
        small.Look().Reserve.ShouldBe(5 * Gigabyte);
    }

    [Fact]
    public void Intake_stops_below_the_reserve_and_goes_on_only_with_some_room_on_top()
    {
        long free = 200;
        using var reserve = Reserve(new StorageOptions { ReservePercent = 10, ReserveMegabytes = 0, ResumePercent = 50 }, () => new DiskGauge(free, 1000));
        var changes = 0;
        reserve.Changed += (_, _) => changes++;
        var calm = reserve.Pressure;

        reserve.Require("a.mp4", 100);
        Should.Throw<VettingException>(() => reserve.Require("a.mp4", 101)).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(FailureCode.OutOfSpace), e => e.Message.ShouldStartWith("a.mp4 needs"));
        calm.IsCancellationRequested.ShouldBeFalse();

        free = 99;
        reserve.IsShort.ShouldBeTrue();
        calm.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<VettingException>(() => reserve.Require(null, 0)).Message.ShouldContain("nearly full");

        free = 149;
        reserve.IsShort.ShouldBeTrue("it would stop again at once");
        free = 150;
        reserve.IsShort.ShouldBeFalse();
        reserve.Pressure.IsCancellationRequested.ShouldBeFalse();
        reserve.Require("a.mp4", 50);
        changes.ShouldBe(2);
    }

    [Fact]
    public void A_disk_that_cannot_be_read_is_no_full_one()
    {
        using var reserve = Reserve(new StorageOptions(), () => throw new IOException("gone"));

        reserve.Look().ShouldSatisfyAllConditions(s => s.IsShort.ShouldBeFalse(), s => s.Free.ShouldBeNull());
        reserve.Require("a.mp4", long.MaxValue / 2);
    }

    [Fact]
    public async Task A_run_rests_when_room_runs_short_and_ends_as_if_nothing_had_been()
    {
        await using var calm = new FlowRig();
        var whole = await calm.SubmitAsync(Ct);
        (await calm.Desk.WorkAsync(whole.Id, Ct)).ShouldBe(RunOutcome.Completed);

        var free = Gigabyte;
        await using var rig = new FlowRig(change: services =>
        {
            services.AddSingleton<ReadDisk>(_ => new DiskGauge(free, 2 * Gigabyte));
        });
        rig.Get<IOptions<StorageOptions>>().Value.ReserveMegabytes = 100;
        var reserve = rig.Get<DiskReserve>();
        var run = await rig.SubmitAsync(Ct);
        var batches = 0;
        rig.Source.BeforeBatch = (_, token) =>
        {
            if (++batches == 3)
            {
                free = 10;
                reserve.Look();
            }

            token.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        };

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Paused);
        var resting = await rig.RunAsync(run.Id);
        (resting.State, resting.Failure).ShouldBe((RunState.Queued, null));
        resting.Reason.ShouldContain("nearly full");

        // As long as room is short it is neither taken up nor queued.
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Paused);
        (await rig.RunAsync(run.Id)).Attempt.ShouldBe(1);
        await rig.Desk.ReconcileAsync(isStart: false, Ct);

        free = Gigabyte;
        await rig.Desk.ReconcileAsync(isStart: false, Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);

        var end = await rig.RunAsync(run.Id);
        end.State.ShouldBe((await calm.RunAsync(whole.Id)).State);
        (await rig.FramesAsync(run.Id)).Select(f => (f.Pts, f.Losses.Length, f.Rank)).ShouldBe((await calm.FramesAsync(whole.Id)).Select(f => (f.Pts, f.Losses.Length, f.Rank)));
    }

    [Fact]
    public async Task A_disk_that_fills_while_a_run_writes_pauses_it_and_does_not_fail_it()
    {
        var free = Gigabyte;
        await using var rig = new FlowRig(change: services => services.AddSingleton<ReadDisk>(_ => new DiskGauge(free, 2 * Gigabyte)));
        rig.Get<IOptions<StorageOptions>>().Value.ReserveMegabytes = 100;
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) =>
        {
            free = 0;
            throw new VettingException(FailureCode.OutOfSpace, "The disk is full.");
        };

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Paused);

        (await rig.RunAsync(run.Id)).State.ShouldBe(RunState.Queued);
    }

    [Fact]
    public async Task An_export_rests_too()
    {
        var free = Gigabyte;
        await using var rig = new FlowRig(change: services => services.AddSingleton<ReadDisk>(_ => new DiskGauge(free, 2 * Gigabyte)));
        rig.Get<IOptions<StorageOptions>>().Value.ReserveMegabytes = 100;
        var run = await rig.SubmitAsync(Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);

        free = 10;
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Paused);
        (await rig.Exports.GetAsync(export.Id, Ct))!.State.ShouldBe(ExportState.Queued);

        free = Gigabyte;
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
    }

    private static DiskReserve Reserve(StorageOptions options, Func<DiskGauge> gauge) => new([new ReservedFolder("/")], Options.Create(options), _ => gauge());
}
