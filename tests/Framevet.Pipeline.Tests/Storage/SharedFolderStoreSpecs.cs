using Framevet.Pipeline.Storage;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Storage;

/// <summary>A folder that several nodes have mounted: what happens when it is not there.</summary>
public sealed class SharedFolderStoreSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_read_or_written_while_the_mount_is_gone_and_all_goes_on_when_it_is_back()
    {
        Directory.CreateDirectory(_folder["mount"]);
        StoreMarker.Mark(_folder["mount"]);
        var store = new SharedFolderStore(_folder["mount"]);
        await store.PutAsync("thumbs/a/1.jpg", "one"u8.ToArray(), Ct);
        var film = _folder.Write("film", "film"u8);

        // As an unmounted folder looks: there, and empty.
        Directory.Move(_folder["mount"], _folder["away"]);
        Directory.CreateDirectory(_folder["mount"]);
        foreach (var wanted in new Func<Task>[]
        {
            () => store.PutAsync("thumbs/a/2.jpg", "two"u8.ToArray(), Ct), () => store.TakeFileAsync("media/ab/abcd", film, Ct), () => store.OpenReadAsync("thumbs/a/1.jpg", Ct),
            () => store.LocalPathAsync("thumbs/a/1.jpg", Ct), () => store.ExistsAsync("thumbs/a/1.jpg", Ct), () => store.DeleteAsync("thumbs/a/1.jpg", Ct), () => store.BytesAsync("thumbs/a/1.jpg", Ct),
            () => store.KeysAsync("thumbs/a", Ct), () => store.FoldersAsync("thumbs", Ct), () => Task.Run(store.NewWorkFolder), () => Task.Run(() => store.WorkFolderOf("link-1")),
        })
        {
            var trouble = await Should.ThrowAsync<VettingException>(wanted);
            (trouble.Code, trouble.IsTransient).ShouldBe((FailureCode.BackendUnavailable, true));
            trouble.Message.ShouldContain(_folder["mount"]);
        }

        Directory.EnumerateFileSystemEntries(_folder["mount"]).ShouldBeEmpty();
        File.Exists(film).ShouldBeTrue();

        Directory.Delete(_folder["mount"]);
        Directory.Move(_folder["away"], _folder["mount"]);
        await store.TakeFileAsync("media/ab/abcd", film, Ct);
        (await store.ExistsAsync("thumbs/a/1.jpg", Ct)).ShouldBeTrue();
    }

    [Fact]
    public async Task Another_store_at_the_same_place_is_not_taken_for_ours()
    {
        Directory.CreateDirectory(_folder["mount"]);
        StoreMarker.Mark(_folder["mount"]);
        var store = new SharedFolderStore(_folder["mount"]);
        (await store.ExistsAsync("thumbs/a/1.jpg", Ct)).ShouldBeFalse();

        File.WriteAllText(Path.Combine(_folder["mount"], StoreMarker.FileName), "another");

        (await Should.ThrowAsync<VettingException>(() => store.ExistsAsync("thumbs/a/1.jpg", Ct))).Message.ShouldContain("Another folder");
    }

    [Fact]
    public void A_folder_is_marked_once_and_only_when_it_is_empty_or_a_store()
    {
        Should.Throw<VettingException>(() => StoreMarker.Mark(_folder["none"])).Code.ShouldBe(FailureCode.SourceUnavailable);
        Directory.CreateDirectory(_folder["home"]);
        Directory.CreateDirectory(_folder["store/media/ab"]);
        _folder.Write("home/letter.txt", "dear"u8);
        Should.Throw<VettingException>(() => StoreMarker.Mark(_folder["home"])).Message.ShouldContain("letter.txt");
        _folder.Write("store/media/ab/abcd", "film"u8);

        var id = StoreMarker.Mark(_folder["store"]);

        StoreMarker.Mark(_folder["store"]).ShouldBe(id);
        StoreMarker.Read(_folder["store"]).ShouldBe(id);
    }
}
