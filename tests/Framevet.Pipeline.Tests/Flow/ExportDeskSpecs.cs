using Framevet.Pipeline.Export;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Flow;

public sealed class ExportDeskSpecs
{
    private static readonly Actor Curator = new("c1", "Carla", Rights.Curate | Rights.SeeAllRuns);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_curator_gets_the_chosen_frames_in_the_chosen_order()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var allowed = (await rig.FramesAsync(run.Id)).Where(f => f.IsAllowed).Select(f => f.Pts).ToArray();

        var export = await rig.ExportDesk.RequestAsync(run.Id, [allowed[3], allowed[0], allowed[3]], Curator, Ct);
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);

        rig.Queue.Exports.ShouldBe([export.Id]);
        var done = (await rig.Exports.GetAsync(export.Id, Ct))!;
        (done.State, done.Frames, done.OwnerName).ShouldBe((ExportState.Done, 2, "Carla"));
        done.BlobKey.ShouldBe($"exports/{export.Id:N}.zip");
        (await File.ReadAllLinesAsync(rig.Folder["blobs/" + done.BlobKey], Ct)).ShouldBe([$"{allowed[3].Value}", $"{allowed[0].Value}"]);
        rig.Events.All.OfType<ExportChanged>().Last().State.ShouldBe("Done");
        rig.Audit.Entries.ShouldContain(e => e.Action == "export.request");
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Nothing);
    }

    [Fact]
    public async Task Frames_that_are_not_allowed_are_left_out_also_when_that_changed_meanwhile()
    {
        await using var rig = new FlowRig(60, sum => sum % 3 == 0 ? 0.95 : 0.0);
        var run = await DoneAsync(rig);
        var frames = await rig.FramesAsync(run.Id);
        frames.ShouldContain(f => !f.IsAllowed);

        var export = await rig.ExportDesk.RequestAsync(run.Id, [.. frames.Select(f => f.Pts)], Curator, Ct);
        export.Frames.ShouldBe(frames.Count(f => f.IsAllowed));
        await rig.Store.SaveVerdictsAsync(run.Id, [.. frames.Select(f => (f.Pts, new Verdict(Decision.Block, "changed", "Mia")))], Ct);

        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Failed);
        (await rig.Exports.GetAsync(export.Id, Ct))!.Error.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_export_that_fails_says_why_and_leaves_no_file()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);
        rig.Exporter.Before = _ => throw new VettingException(FailureCode.ToolFailed, "clip.mp4: ffmpeg failed.");

        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Failed);

        (await rig.Exports.GetAsync(export.Id, Ct)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            e => e.State.ShouldBe(ExportState.Failed), e => e.Error.ShouldBe("clip.mp4: ffmpeg failed."), e => e.BlobKey.ShouldBeNull());
        Directory.EnumerateFileSystemEntries(rig.Folder["blobs/work"]).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_export_that_the_host_stops_is_made_later()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);
        using var stop = new CancellationTokenSource();
        rig.Exporter.Before = async token =>
        {
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        };

        (await rig.ExportDesk.WorkAsync(export.Id, stop.Token)).ShouldBe(RunOutcome.HandedBack);
        rig.Exporter.Before = null;
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
    }

    [Fact]
    public async Task An_export_of_a_process_that_died_is_taken_up_again()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);
        await rig.Exports.TryUpdateAsync(export with { State = ExportState.Running }, ExportState.Queued, Ct);

        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
    }

    [Fact]
    public async Task What_a_worker_writes_after_another_took_its_export_is_refused_and_leaves_nothing()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);
        var before = Files(rig);
        RowLease? successor = null;

        // The worker sleeps here for so long that it is taken for dead. The same name may take at once, so no clock needs to be moved.
        rig.Exporter.Before = async token => successor ??= await rig.Exports.TryTakeAsync(export.Id, WorkNode.Alone, token);
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Nothing);

        (await rig.Exports.GetAsync(export.Id, Ct)).ShouldNotBeNull().ShouldSatisfyAllConditions(e => e.State.ShouldBe(ExportState.Running), e => e.BlobKey.ShouldBeNull(), e => e.Worker.ShouldBe(WorkNode.Alone.Id));
        Files(rig).ShouldBe(before);
        await rig.Exports.ReleaseAsync(successor!, Ct);
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
        (await rig.Exports.GetAsync(export.Id, Ct)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            e => e.State.ShouldBe(ExportState.Done), e => e.BlobKey.ShouldBe($"exports/{export.Id:N}-3.zip"), e => e.Worker.ShouldBeNull());
        Files(rig).Length.ShouldBe(before.Length + 1);
    }

    [Fact]
    public async Task An_export_that_another_node_has_in_hand_is_left_to_it_and_taken_over_when_it_dies()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);
        var lease = (await rig.Exports.TryTakeAsync(export.Id, new WorkNode("other", TimeSpan.FromSeconds(15), false), Ct))!;
        await rig.Exports.TryUpdateAsync(lease, export with { State = ExportState.Running }, ExportState.Queued, Ct);

        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Nothing);
        (await rig.Exports.GetAsync(export.Id, Ct))!.State.ShouldBe(ExportState.Running);
        rig.Clock.Advance(TimeSpan.FromSeconds(16));
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
    }

    [Fact]
    public async Task Two_workers_make_one_file()
    {
        await using var rig = new FlowRig();
        var run = await DoneAsync(rig);
        var written = rig.Exporter.Written;
        var export = await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => rig.ExportDesk.WorkAsync(export.Id, Ct), Ct)));

        (rig.Exporter.Written - written).ShouldBe(1);
    }

    [Fact]
    public async Task Strangers_and_runs_that_are_not_judged_yet_get_no_export()
    {
        await using var rig = new FlowRig();
        var queued = await rig.SubmitAsync(Ct);
        var run = await DoneAsync(rig);

        (await Should.ThrowAsync<VettingException>(() => rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Stranger, Ct))).Code.ShouldBe(FailureCode.NotFound);
        (await Should.ThrowAsync<VettingException>(() => rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Moderator, Ct))).Code.ShouldBe(FailureCode.Forbidden);
        (await Should.ThrowAsync<VettingException>(() => rig.ExportDesk.RequestAsync(queued.Id, null, FlowRig.Owner, Ct))).Code.ShouldBe(FailureCode.Conflict);
    }

    [Fact]
    public async Task A_full_frame_is_decoded_once_and_kept()
    {
        await using var rig = new FlowRig(isReal: true);
        var run = await rig.SubmitFileAsync(TestMedia.Path("bbb-480p-30s.mp4"), FlowRig.Recipe with { Exporters = [] }, Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        var frame = (await rig.FramesAsync(run.Id))[4].Pts;

        var keys = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => rig.ExportDesk.FullFrameAsync(run.Id, frame, Ct)));

        keys.Distinct().ShouldHaveSingleItem().ShouldBe($"frames/{run.Id}/{frame.Value}.jpg");
        var picture = new JpegCodec().Decode(await File.ReadAllBytesAsync(rig.Folder["blobs/" + keys[0]], Ct), 4096);
        picture.Height.ShouldBe(480);
    }

    private static string[] Files(FlowRig rig) => [.. Directory.EnumerateFiles(rig.Folder["blobs/exports"], "*", SearchOption.AllDirectories).Order()];

    private static async Task<Run> DoneAsync(FlowRig rig)
    {
        var run = await rig.SubmitAsync(Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        return await rig.RunAsync(run.Id);
    }
}
