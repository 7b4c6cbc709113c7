using Framevet.Pipeline.Storage;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Storage;

public sealed class DiskBlobStoreSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DiskBlobStore _store;

    public DiskBlobStoreSpecs() => _store = new DiskBlobStore(_folder["blobs"]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_put_is_read_back_and_replaced()
    {
        await _store.PutAsync("thumbs/a/-12.jpg", "one"u8.ToArray(), Ct);
        await _store.PutAsync("thumbs/a/-12.jpg", "two"u8.ToArray(), Ct);

        (await ReadAsync("thumbs/a/-12.jpg")).ShouldBe("two");
        _folder.Files().ShouldBe(["blobs/thumbs/a/-12.jpg"]);
    }

    [Theory]
    [InlineData("../escape.jpg")]
    [InlineData("thumbs/../../escape.jpg")]
    [InlineData("/etc/passwd")]
    [InlineData("thumbs//a.jpg")]
    [InlineData("thumbs/a.jpg/")]
    [InlineData("thumbs\\..\\a.jpg")]
    [InlineData("C:/a.jpg")]
    [InlineData("thumbs/.hidden")]
    [InlineData("thumbs/A.jpg")]
    [InlineData("thumbs/a\0.jpg")]
    [InlineData("work/a.jpg")]
    [InlineData(".")]
    [InlineData("")]
    public async Task A_key_outside_the_store_is_refused_by_every_method(string key)
    {
        var file = _folder.Write("file", "x"u8);

        await Should.ThrowAsync<ArgumentException>(() => _store.PutAsync(key, "x"u8.ToArray(), Ct));
        await Should.ThrowAsync<ArgumentException>(() => _store.TakeFileAsync(key, file, Ct));
        await Should.ThrowAsync<ArgumentException>(async () => await _store.OpenReadAsync(key, Ct));
        await Should.ThrowAsync<ArgumentException>(async () => await _store.LocalPathAsync(key, Ct));
        await Should.ThrowAsync<ArgumentException>(async () => await _store.ExistsAsync(key, Ct));
        await Should.ThrowAsync<ArgumentException>(async () => await _store.DeleteAsync(key, Ct));
        _folder.Files().ShouldBe(["file"]);
    }

    [Fact]
    public async Task A_file_is_taken_not_copied()
    {
        var file = _folder.Write("upload", "content"u8);

        await _store.TakeFileAsync("media/ab/abcd", file, Ct);

        _folder.Files().ShouldBe(["blobs/media/ab/abcd"]);
        (await File.ReadAllTextAsync(await _store.LocalPathAsync("media/ab/abcd", Ct), Ct)).ShouldBe("content");
    }

    [Fact]
    public async Task What_is_not_there_reads_as_nothing_and_deletes_without_error()
    {
        (await _store.OpenReadAsync("media/ab/none", Ct)).ShouldBeNull();
        (await _store.ExistsAsync("media/ab/none", Ct)).ShouldBeFalse();
        await _store.DeleteAsync("media/ab/none", Ct);
        (await Should.ThrowAsync<VettingException>(() => _store.LocalPathAsync("media/ab/none", Ct))).Code.ShouldBe(FailureCode.SourceUnavailable);
    }

    [Fact]
    public async Task An_interrupted_write_leaves_no_file()
    {
        using var over = new CancellationTokenSource();
        await over.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => _store.PutAsync("thumbs/a.jpg", new byte[1 << 20], over.Token));

        _folder.Files().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deleted_blob_can_still_be_read_by_those_who_opened_it()
    {
        await _store.PutAsync("thumbs/a.jpg", "x"u8.ToArray(), Ct);
        await using var stream = await _store.OpenReadAsync("thumbs/a.jpg", Ct);

        await _store.DeleteAsync("thumbs/a.jpg", Ct);

        stream!.ReadByte().ShouldBe('x');
        (await _store.ExistsAsync("thumbs/a.jpg", Ct)).ShouldBeFalse();
    }

    [Fact]
    public void Work_folders_are_empty_and_on_the_same_volume()
    {
        var folder = _store.NewWorkFolder();

        Directory.EnumerateFileSystemEntries(folder).ShouldBeEmpty();
        folder.ShouldStartWith(_folder["blobs"]);
        _store.NewWorkFolder().ShouldNotBe(folder);
    }

    [Theory]
    [InlineData(28, true)]
    [InlineData(122, true)]
    [InlineData(2, false)]
    public void A_full_disk_is_told_from_other_trouble(int code, bool isFull)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers are those of Linux.");

        DiskTrouble.IsFull(new IOException("trouble", code)).ShouldBe(isFull);
    }

    private async Task<string> ReadAsync(string key)
    {
        await using var stream = (await _store.OpenReadAsync(key, Ct)).ShouldNotBeNull();
        return await new StreamReader(stream).ReadToEndAsync(Ct);
    }
}
