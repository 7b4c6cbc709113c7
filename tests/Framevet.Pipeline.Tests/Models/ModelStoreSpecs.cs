using System.Text;
using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Tests.Models;

public sealed class ModelStoreSpecs
{
    private static readonly byte[] Content = ModelShelf.Bytes(5000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_that_is_not_there_is_told_by_name()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));

        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Missing);
        var trouble = Should.Throw<VettingException>(() => shelf.Store.Open("tiny"));

        trouble.Code.ShouldBe(FailureCode.ModelMissing);
        trouble.Message.ShouldBe("The file tiny.onnx of the model 'tiny' is missing in the models folder.");
        trouble.Subjects.ShouldBe(["tiny"]);
    }

    [Fact]
    public async Task A_file_copied_into_the_folder_is_read_before_its_first_use_and_then_known()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));
        Drop(shelf, "tiny.onnx", Content);

        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Unverified);
        shelf.Store.Open("tiny").Path.ShouldBe(shelf.Folder["tiny.onnx"]);
        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Ready);
        shelf.Reopen();
        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Ready);
    }

    [Fact]
    public async Task A_file_under_a_foreign_name_is_found_by_its_hash()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("nested/tiny.onnx", Content)), ModelShelf.Entry("other", ModelShelf.File("other.onnx", ModelShelf.Bytes(10))));
        Drop(shelf, "model (1).onnx", Content);
        Drop(shelf, "unrelated.onnx", ModelShelf.Bytes(5000, seed: 2));

        (await shelf.Store.AdoptAsync(Ct)).ShouldBe(["nested/tiny.onnx"]);

        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Ready);
        shelf.Store.Open("tiny").Path.ShouldBe(Path.Combine(shelf.Folder.Path, "nested/tiny.onnx"));
        File.Exists(shelf.Folder["unrelated.onnx"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Trap_31_weights_of_another_checksum_are_refused_put_aside_and_told_with_both_hashes()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));
        var wrong = ModelShelf.Bytes(5000, seed: 2);
        Drop(shelf, "tiny.onnx", wrong);

        var trouble = Should.Throw<VettingException>(() => shelf.Store.Open("tiny"));

        trouble.Code.ShouldBe(FailureCode.ModelMismatch);
        trouble.Message.ShouldContain(ModelShelf.Hash(Content));
        trouble.Message.ShouldContain(ModelShelf.Hash(wrong));
        File.Exists(shelf.Folder["tiny.onnx"]).ShouldBeFalse();
        File.ReadAllBytes(shelf.Folder[$"refused/tiny.onnx.{ModelShelf.Hash(wrong)[..12]}"]).ShouldBe(wrong);
        var status = shelf.Store.Look("tiny");
        status.State.ShouldBe(ModelState.WrongHash);
        status.Files[0].WrongSha256.ShouldBe(ModelShelf.Hash(wrong));
        status.Trouble.ShouldNotBeNull().ShouldContain(ModelShelf.Hash(wrong));
    }

    [Fact]
    public async Task A_file_that_is_changed_after_it_was_checked_is_noticed_at_the_next_use()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));
        Drop(shelf, "tiny.onnx", Content);
        shelf.Store.Open("tiny");

        var tampered = Content.ToArray();
        tampered[1234] ^= 1;
        Drop(shelf, "tiny.onnx", tampered);

        Should.Throw<VettingException>(() => shelf.Store.Open("tiny")).Code.ShouldBe(FailureCode.ModelMismatch);
    }

    [Fact]
    public async Task A_change_that_leaves_size_and_time_is_noticed_by_verifying()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));
        Drop(shelf, "tiny.onnx", Content);
        var written = File.GetLastWriteTimeUtc(shelf.Folder["tiny.onnx"]);
        (await shelf.Store.VerifyAsync("tiny", Ct)).State.ShouldBe(ModelState.Ready);

        var tampered = Content.ToArray();
        tampered[0] ^= 1;
        File.WriteAllBytes(shelf.Folder["tiny.onnx"], tampered);
        File.SetLastWriteTimeUtc(shelf.Folder["tiny.onnx"], written);

        (await shelf.Store.VerifyAsync("tiny", Ct)).State.ShouldBe(ModelState.WrongHash);
    }

    [Fact]
    public async Task A_hash_taken_right_after_the_writing_proves_nothing_later()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));
        shelf.Folder.Write("tiny.onnx", Content);

        shelf.Store.Open("tiny");

        // The file may have been written again within the same tick of the file system's clock.
        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Unverified);
    }

    [Fact]
    public async Task Two_files_under_each_others_name_find_their_own()
    {
        var other = ModelShelf.Bytes(700, seed: 3);
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)), ModelShelf.Entry("other", ModelShelf.File("other.onnx", other)));
        Drop(shelf, "tiny.onnx", other);

        Should.Throw<VettingException>(() => shelf.Store.Open("tiny")).Message.ShouldContain("moved to other.onnx");

        shelf.Store.Open("other").Path.ShouldBe(shelf.Folder["other.onnx"]);
        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Missing);
    }

    [Fact]
    public async Task Terms_that_need_it_are_accepted_once_by_name_and_kept()
    {
        var entry = ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)) with { Licence = new ModelLicence { Id = "AGPL-3.0", Allows = "Share your source.", NeedsAcceptance = true } };
        await using var shelf = new ModelShelf(entry);
        Drop(shelf, "tiny.onnx", Content);

        shelf.Store.Look("tiny").State.ShouldBe(ModelState.NeedsAcceptance);
        var trouble = Should.Throw<VettingException>(() => shelf.Store.Open("tiny"));
        trouble.Code.ShouldBe(FailureCode.LicenceNotAccepted);
        trouble.Message.ShouldContain("Share your source.");

        shelf.Store.Accept("tiny", "ada");
        shelf.Reopen();

        shelf.Store.Open("tiny").Entry.Id.ShouldBe("tiny");
        var acceptance = shelf.Store.Look("tiny").Acceptance.ShouldNotBeNull();
        (acceptance.Who, acceptance.Licence, acceptance.Version).ShouldBe(("ada", "AGPL-3.0", entry.Licence.Version));
    }

    [Fact]
    public void Other_terms_are_other_terms()
    {
        var licence = new ModelLicence { Id = "X", Allows = "This.", NeedsAcceptance = true };

        (licence with { Allows = "That." }).Version.ShouldNotBe(licence.Version);
        (licence with { Id = "Y" }).Version.ShouldNotBe(licence.Version);
    }

    [Fact]
    public async Task Removing_a_model_leaves_files_that_another_one_needs()
    {
        var words = ModelShelf.File("words.json", "{}"u8.ToArray());
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content), words), ModelShelf.Entry("other", ModelShelf.File("other.onnx", [1, 2, 3]), words));
        Drop(shelf, "tiny.onnx", Content);
        Drop(shelf, "words.json", "{}"u8.ToArray());
        Drop(shelf, "other.onnx", [1, 2, 3]);

        shelf.Store.Remove("tiny");

        File.Exists(shelf.Folder["tiny.onnx"]).ShouldBeFalse();
        shelf.Store.Open("other").Path.ShouldBe(shelf.Folder["other.onnx"]);
    }

    [Fact]
    public async Task An_own_entry_is_kept_and_forgotten_and_shadows_nothing()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));

        shelf.Catalog.Add(ModelShelf.Entry("mine", ModelShelf.File("mine.onnx", [1]))).IsOwn.ShouldBeTrue();
        Should.Throw<VettingException>(() => shelf.Catalog.Add(ModelShelf.Entry("tiny", ModelShelf.File("x.onnx", [2])))).Code.ShouldBe(FailureCode.Conflict);
        Should.Throw<VettingException>(() => shelf.Catalog.Add(ModelShelf.Entry("thief", ModelShelf.File("tiny.onnx", [2])))).Message.ShouldContain("belongs to the model 'tiny' already");
        shelf.Reopen();

        shelf.Catalog.Entries.Select(e => e.Id).ShouldBe(["tiny", "mine"]);
        shelf.Catalog.Forget("tiny").ShouldBeFalse();
        shelf.Catalog.Forget("mine").ShouldBeTrue();
        shelf.Catalog.Find("mine").ShouldBeNull();
    }

    [Fact]
    public async Task A_faulty_own_entry_stops_the_reading_with_its_file_name()
    {
        await using var shelf = new ModelShelf();
        Directory.CreateDirectory(shelf.Folder["own"]);
        shelf.Folder.Write("own/mine.json", Encoding.UTF8.GetBytes("""{ "id": "mine", "task": "cooking" }"""));

        var trouble = Should.Throw<VettingException>(shelf.Reopen);

        trouble.Message.ShouldStartWith($"{shelf.Folder["own/mine.json"]}: entry 'mine': task:");
    }

    [Fact]
    public async Task An_unknown_model_is_answered_with_the_nearest_known()
    {
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content)));

        var trouble = Should.Throw<VettingException>(() => shelf.Store.Open("tinny"));

        trouble.Code.ShouldBe(FailureCode.NotFound);
        trouble.Message.ShouldContain("tiny");
    }

    // Written some time ago, as files that people copy are.
    private static void Drop(ModelShelf shelf, string name, byte[] content)
    {
        shelf.Folder.Write(name, content);
        File.SetLastWriteTimeUtc(shelf.Folder[name], TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-1));
    }
}
