using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Watch;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.TestKit;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Jobs;

/// <summary>Files of a folder are submitted when they are complete, once each.</summary>
public sealed class WatchFolderSpecs(AppHost app) : IClassFixture<AppHost>
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_still_grows_is_left_alone_until_it_rests()
    {
        using var folder = new TemporaryFolder();
        var watch = Watch(folder);
        var file = folder.Write("slow.mp4", "one"u8);
        for (var i = 0; i < 5; i++)
        {
            (await watch.ScanAsync(Ct)).ShouldBe(0);
            await File.AppendAllTextAsync(file, "more", Ct);
            _time.Advance(TimeSpan.FromSeconds(9));
        }

        (await watch.ScanAsync(Ct)).ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(9));
        (await watch.ScanAsync(Ct)).ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(2));
        (await watch.ScanAsync(Ct)).ShouldBe(1);

        folder.Files().ShouldBe([Path.Combine("done", "slow.mp4")]);
        (await RunsOfAsync("slow.mp4")).ShouldBe(1);
    }

    [Fact]
    public async Task A_restart_between_submitting_and_putting_away_makes_no_second_run()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("twice.mp4", "twice"u8);
        var written = File.GetLastWriteTimeUtc(file);
        await RestAsync(Watch(folder));
        (await RunsOfAsync("twice.mp4")).ShouldBe(1);

        // As a server finds it that died right after it had submitted.
        File.Move(folder["done/twice.mp4"], file);
        File.SetLastWriteTimeUtc(file, written);
        await RestAsync(Watch(folder));

        (await RunsOfAsync("twice.mp4")).ShouldBe(1);
        folder.Files().ShouldBe([Path.Combine("done", "twice.mp4")]);
    }

    [Fact]
    public async Task A_new_file_of_an_old_name_is_a_new_run_beside_the_old_file()
    {
        using var folder = new TemporaryFolder();
        folder.Write("same.mp4", "first"u8);
        await RestAsync(Watch(folder));
        folder.Write("same.mp4", "another"u8);
        await RestAsync(Watch(folder));

        (await RunsOfAsync("same.mp4")).ShouldBe(2);
        folder.Files().ShouldBe([Path.Combine("done", "same (2).mp4"), Path.Combine("done", "same.mp4")]);
    }

    [Fact]
    public async Task What_is_not_taken_goes_to_failed_with_the_reason_and_halves_stay()
    {
        using var folder = new TemporaryFolder();
        folder.Write("notes.txt", "x"u8);
        folder.Write("empty.mp4", []);
        folder.Write("half.mp4.part", "x"u8);
        folder.Write(".hidden.mp4", "x"u8);

        await RestAsync(Watch(folder));

        folder.Files().ShouldBe([".hidden.mp4", Path.Combine("failed", "empty.mp4"), Path.Combine("failed", "empty.mp4.why.txt"), Path.Combine("failed", "notes.txt"), Path.Combine("failed", "notes.txt.why.txt"), "half.mp4.part"]);
        (await File.ReadAllTextAsync(folder["failed/empty.mp4.why.txt"], Ct)).ShouldContain("empty.mp4");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_no_empty_folder()
    {
        var watch = new WatchFolder(new WatchOptions { Folder = "/nowhere/at/all" }, Get<RunDesk>(), Get<IRunStore>(), Get<ISettingsStore>(), Get<IBlobStore>(), Get<DiskReserve>(), _time);

        (await Should.ThrowAsync<VettingException>(() => watch.ScanAsync(Ct))).Code.ShouldBe(FailureCode.SourceUnavailable);
    }

    private async Task RestAsync(WatchFolder watch)
    {
        await watch.ScanAsync(Ct);
        _time.Advance(TimeSpan.FromSeconds(11));
        await watch.ScanAsync(Ct);
    }

    private WatchFolder Watch(TemporaryFolder folder) =>
        new(new WatchOptions { Folder = folder.Path, StableSeconds = 10 }, Get<RunDesk>(), Get<IRunStore>(), Get<ISettingsStore>(), Get<IBlobStore>(), Get<DiskReserve>(), _time);

    private async Task<int> RunsOfAsync(string name) =>
        (await Get<IRunStore>().InStatesAsync([.. Enum.GetValues<RunState>()], Ct)).Count(r => r.SourceName == name);

    private T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();
}
