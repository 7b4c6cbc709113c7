using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>What becomes of exports when the disk is full, and when their time is over.</summary>
public sealed class ExportRetrySpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_tried_again_with_growing_pauses_and_then_given_up()
    {
        await using var rig = new FlowRig();
        var (export, tries) = (await RequestAsync(rig), 0);
        rig.Exporter.Before = _ =>
        {
            tries++;
            throw new VettingException(FailureCode.OutOfSpace, "The disk is full.");
        };

        var pauses = new List<TimeSpan>();
        for (var i = 1; i < 5; i++)
        {
            (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.RetryLater);
            var waiting = (await rig.Exports.GetAsync(export.Id, Ct))!;
            (waiting.State, waiting.Attempts).ShouldBe((ExportState.Queued, i));
            waiting.Error.ShouldNotBeNull().ShouldStartWith($"The disk is full. Try {i} of 5; the next in about ");
            pauses.Add(waiting.NotBefore!.Value - rig.Clock.GetUtcNow());

            // Whoever comes too early finds nothing to do.
            (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Nothing);
            rig.Clock.Advance(pauses[^1]);
        }

        await rig.ExportDesk.WorkAsync(export.Id, Ct);
        var over = (await rig.Exports.GetAsync(export.Id, Ct))!;
        (over.State, over.Attempts, over.Error, over.EndedAt).ShouldBe((ExportState.Failed, 5, "The disk is full. Given up after 5 tries.", rig.Clock.GetUtcNow()));
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Nothing);
        tries.ShouldBe(5);
        pauses.ShouldBe([TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(320), TimeSpan.FromSeconds(1280)]);
        Directory.EnumerateFileSystemEntries(rig.Folder["blobs/work"]).ShouldBeEmpty();

        rig.Exporter.Before = null;
        await rig.ExportDesk.RepeatAsync(export.Id, FlowRig.Owner, Ct);
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
    }

    [Fact]
    public async Task A_disk_that_fills_while_writing_counts_as_full()
    {
        await using var rig = new FlowRig();
        var export = await RequestAsync(rig);
        rig.Exporter.Before = _ => throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);

        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.RetryLater);

        (await rig.Exports.GetAsync(export.Id, Ct))!.NotBefore.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_file_goes_when_its_time_is_over_and_its_row_stays()
    {
        await using var rig = new FlowRig();
        var export = await RequestAsync(rig);
        await rig.ExportDesk.WorkAsync(export.Id, Ct);
        var done = (await rig.Exports.GetAsync(export.Id, Ct))!;
        done.ExpiresAt.ShouldBe(rig.Clock.GetUtcNow().AddDays(14));
        File.Exists(rig.Folder["blobs/" + done.BlobKey]).ShouldBeTrue();

        (await rig.ExportDesk.SweepAsync(Ct)).ShouldBe(0);
        rig.Clock.Advance(TimeSpan.FromDays(14));
        (await rig.ExportDesk.SweepAsync(Ct)).ShouldBeGreaterThanOrEqualTo(1);

        (await rig.Exports.GetAsync(export.Id, Ct))!.State.ShouldBe(ExportState.Expired);
        File.Exists(rig.Folder["blobs/" + done.BlobKey]).ShouldBeFalse();
        await rig.ExportDesk.RepeatAsync(export.Id, FlowRig.Owner, Ct);
        (await rig.ExportDesk.WorkAsync(export.Id, Ct)).ShouldBe(RunOutcome.Completed);
        await rig.ExportDesk.RemoveAsync(export.Id, FlowRig.Owner, Ct);
        (await rig.Exports.GetAsync(export.Id, Ct))!.State.ShouldBe(ExportState.Expired);
    }

    [Fact]
    public async Task An_archive_is_kept_as_its_files_read_as_one_and_removed_as_a_whole()
    {
        await using var rig = new FlowRig();
        var shelf = rig.Get<ExportShelf>();
        var order = new ExportOrder(Guid.NewGuid(), default, ExportState.Done, 2, "u1", "Olga", rig.Clock.GetUtcNow(), "a.zip", null, null, null, null, null);
        var (one, two) = (rig.Folder.Write("one.png", [1, 2, 3]), rig.Folder.Write("two.png", [.. Enumerable.Repeat((byte)7, 5000)]));
        var made = new ExportedFile(rig.Folder.Path, "a.zip", 0, "", 2) { PackedAt = rig.Clock.GetUtcNow(), Pieces = [new("one.png", one, 3, FileSums.Crc([1, 2, 3])), new("b/two.png", two, 5000, FileSums.Crc(File.ReadAllBytes(two)))] };

        order = order with { BlobKey = await shelf.TakeAsync(order.Id, 1, made, Ct) };

        File.Exists(one).ShouldBeFalse("moved, not copied");
        await using (var stream = (await shelf.OpenAsync(order, Ct)).ShouldNotBeNull())
        {
            using var zip = new System.IO.Compression.ZipArchive(stream);
            zip.Entries.Select(e => (e.FullName, e.Length)).ShouldBe([("one.png", 3L), ("b/two.png", 5000L)]);
        }

        await shelf.DeleteAsync(order, Ct);
        (await shelf.OpenAsync(order, Ct)).ShouldBeNull();
        Directory.EnumerateFiles(rig.Folder["blobs/exports"], "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private static async Task<ExportOrder> RequestAsync(FlowRig rig)
    {
        var run = await rig.SubmitAsync(Ct);
        await rig.Desk.WorkAsync(run.Id, Ct);
        return await rig.ExportDesk.RequestAsync(run.Id, null, FlowRig.Owner, Ct);
    }
}
