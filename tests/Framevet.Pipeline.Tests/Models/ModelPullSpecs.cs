using Framevet.Pipeline.Models;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Models;

public sealed class ModelPullSpecs
{
    private static readonly byte[] Content = ModelShelf.Bytes(400_000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_pulled_checked_and_usable()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var (graph, words) = (server.Serve("a/model.onnx", Content), server.Serve("a/words.json", "{}"u8.ToArray()));
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content, graph.Address), ModelShelf.File("words.json", words.Content, words.Address)));
        var news = 0;
        using var watching = shelf.Puller.Watch(() => Interlocked.Increment(ref news));

        await shelf.Puller.StartAsync("tiny", "ada");

        shelf.Store.Open("tiny").Path.ShouldBe(shelf.Folder["tiny.onnx"]);
        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
        shelf.Folder.Files().ShouldBe(["checked.json", "tiny.onnx", "words.json"]);
        var progress = shelf.Puller.Find("tiny").ShouldNotBeNull();
        (progress.State, progress.Fraction, progress.Bytes, progress.By).ShouldBe((PullState.Done, 1, Content.Length + 2, "ada"));
        news.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task A_broken_connection_is_gone_on_with_where_it_broke()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        served.Breaks.Enqueue(150_000);
        served.Breaks.Enqueue(100_000);
        await using var shelf = Shelf(served);

        await shelf.Puller.StartAsync("tiny", "ada");

        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
        var requests = served.Requests.ToArray();
        requests.Length.ShouldBe(3);
        requests[0].ShouldBe(new FileRequest("", ""));
        requests.Skip(1).ShouldAllBe(r => r.IfRange == "\"one\"");
        From(requests[1]).ShouldBeInRange(1, 150_000);
        From(requests[2]).ShouldBeInRange(From(requests[1]) + 1, 250_000);
    }

    [Fact]
    public async Task What_an_earlier_process_left_is_gone_on_with()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        await using var shelf = Shelf(served);
        shelf.Folder.Write("tiny.onnx.part", Content.AsSpan(0, 123_456));

        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Partial);
        await shelf.Puller.StartAsync("tiny", "ada");

        served.Requests.Single().Range.ShouldBe("bytes=123456-");
        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_starts_over()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        served.IgnoresRange = true;
        await using var shelf = Shelf(served);
        shelf.Folder.Write("tiny.onnx.part", ModelShelf.Bytes(123_456, seed: 9));

        await shelf.Puller.StartAsync("tiny", "ada");

        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
    }

    [Fact]
    public async Task A_file_that_changed_on_the_server_meanwhile_starts_over()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", ModelShelf.Bytes(400_000, seed: 9));
        var opened = new TaskCompletionSource();
        served.Breaks.Enqueue(200_000);
        served.Gate = opened.Task;
        await using var shelf = Shelf(served, Content);
        var pull = shelf.Puller.StartAsync("tiny", "ada");
        await UntilAsync(() => shelf.Puller.Find("tiny")!.Bytes > 0);

        (served.Content, served.Tag) = (Content, "\"two\"");
        opened.SetResult();
        await pull;

        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
        served.Requests.Last().IfRange.ShouldBe("\"one\"");
    }

    [Fact]
    public async Task A_beginning_of_another_file_is_found_out_and_pulled_again()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        await using var shelf = Shelf(served);
        shelf.Folder.Write("tiny.onnx.part", ModelShelf.Bytes(1000, seed: 9));

        await shelf.Puller.StartAsync("tiny", "ada");

        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
        served.Requests.Select(r => r.Range).ShouldBe(["bytes=1000-", ""]);
    }

    [Fact]
    public async Task A_corrupted_download_is_put_aside_and_told_with_both_hashes()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var corrupted = Content.ToArray();
        corrupted[^1] ^= 1;
        var served = server.Serve("model.onnx", corrupted);
        await using var shelf = Shelf(served, Content);

        var trouble = await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"));

        trouble.Code.ShouldBe(FailureCode.ModelMismatch);
        trouble.Message.ShouldContain(ModelShelf.Hash(Content));
        trouble.Message.ShouldContain(ModelShelf.Hash(corrupted));
        File.Exists(shelf.Folder["tiny.onnx"]).ShouldBeFalse();
        File.Exists(shelf.Folder["tiny.onnx.part"]).ShouldBeFalse();
        File.ReadAllBytes(shelf.Folder[$"refused/tiny.onnx.{ModelShelf.Hash(corrupted)[..12]}"]).ShouldBe(corrupted);
        shelf.Store.Look("tiny").State.ShouldBe(ModelState.WrongHash);
        shelf.Puller.Find("tiny")!.Trouble.ShouldBe(trouble);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_that_is_too_long_is_cut_and_nothing_of_it_kept(bool hidesLength)
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", [.. Content, .. Content]);
        served.HidesLength = hidesLength;
        await using var shelf = Shelf(served, Content);

        var trouble = await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"));

        trouble.Code.ShouldBe(FailureCode.SourceTooLarge);
        trouble.Message.ShouldContain("which has 400000; nothing of it was kept");
        shelf.Folder.Files().ShouldBeEmpty();
        served.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_of_unknown_size_is_cut_at_the_general_limit()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", ModelShelf.Bytes(1_200_000));
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", served.Content, served.Address, bytes: null)));
        shelf.Options.MaxFileMegabytes = 1;

        (await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"))).Message.ShouldContain("may have 1048576 at most");

        shelf.Options.MaxFileMegabytes = 2;
        await shelf.Puller.StartAsync("tiny", "ada");
        shelf.Store.Open("tiny").Path.ShouldBe(shelf.Folder["tiny.onnx"]);
    }

    [Fact]
    public async Task A_download_that_stays_too_short_fails_after_some_tries()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content[..1000]);
        await using var shelf = Shelf(served, Content);

        var trouble = await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"));

        trouble.Code.ShouldBe(FailureCode.BackendUnavailable);
        served.Requests.Count.ShouldBeInRange(2, 8);
        File.Exists(shelf.Folder["tiny.onnx"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_refusal_of_the_server_is_told_once_with_its_name_and_number()
    {
        await using var server = await FileServer.StartAsync(Ct);
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content, new Uri(server.Address, "nothing?token=secret"))));

        var trouble = await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"));

        trouble.Message.ShouldBe($"{server.Address.Authority} answered 404 instead of the file tiny.onnx.");
    }

    [Fact]
    public async Task Nothing_is_asked_for_before_the_terms_are_accepted()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        await using var shelf = new ModelShelf(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", Content, served.Address)) with { Licence = new ModelLicence { Id = "NC", Allows = "No business.", NeedsAcceptance = true } });

        Should.Throw<VettingException>(() => { _ = shelf.Puller.StartAsync("tiny", "ada"); }).Code.ShouldBe(FailureCode.LicenceNotAccepted);
        served.Requests.ShouldBeEmpty();

        shelf.Store.Accept("tiny", "ada");
        await shelf.Puller.StartAsync("tiny", "ada");
        shelf.Store.Look("tiny").HasFiles.ShouldBeTrue();
    }

    [Fact]
    public async Task Asking_twice_pulls_once()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        var opened = new TaskCompletionSource();
        served.Breaks.Enqueue(1000);
        served.Gate = opened.Task;
        await using var shelf = Shelf(served);

        var first = shelf.Puller.StartAsync("tiny", "ada");
        var second = shelf.Puller.StartAsync("tiny", "bob");
        second.ShouldBeSameAs(first);
        opened.SetResult();
        await second;

        served.Requests.Count.ShouldBe(2);
        shelf.Puller.Pulls.Single().By.ShouldBe("ada");
    }

    [Fact]
    public async Task A_cancelled_pull_keeps_what_it_has_and_goes_on_later()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        served.Breaks.Enqueue(200_000);
        served.Gate = new TaskCompletionSource().Task;
        await using var shelf = Shelf(served);
        var pull = shelf.Puller.StartAsync("tiny", "ada");
        await UntilAsync(() => shelf.Puller.Find("tiny")!.Bytes > 0);

        shelf.Puller.Cancel("tiny").ShouldBeTrue();
        await Should.ThrowAsync<OperationCanceledException>(() => pull);

        shelf.Puller.Find("tiny")!.State.ShouldBe(PullState.Cancelled);
        shelf.Puller.Cancel("tiny").ShouldBeFalse();
        shelf.Store.Look("tiny").State.ShouldBe(ModelState.Partial);
        await shelf.Puller.StartAsync("tiny", "ada");
        From(served.Requests.Last()).ShouldBeGreaterThan(0);
        File.ReadAllBytes(shelf.Folder["tiny.onnx"]).ShouldBe(Content);
    }

    [Fact]
    public async Task This_machine_and_private_networks_are_out_of_reach_unless_allowed()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        await using var shelf = Shelf(served);
        shelf.Options.AllowPrivateAddresses = false;
        shelf.Reopen();

        var trouble = await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"));

        trouble.Code.ShouldBe(FailureCode.SourceRefused);
        trouble.Message.ShouldContain("no public address");
        served.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_is_followed_to_the_file()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("blob", Content);
        var front = server.Serve("model.onnx", []);
        front.Redirect = served.Address;
        await using var shelf = Shelf(front, Content);

        await shelf.Puller.StartAsync("tiny", "ada");

        shelf.Store.Look("tiny").HasFiles.ShouldBeTrue();
    }

    [Fact]
    public async Task A_mirror_is_asked_first_and_what_it_lacks_comes_from_the_address_of_the_catalogue()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var (mirrored, original) = (server.Serve("mirror/sub/tiny.onnx", Content), server.Serve("original.onnx", Content));
        var other = server.Serve("other.onnx", [1, 2, 3]);
        await using var shelf = new ModelShelf(
            ModelShelf.Entry("tiny", ModelShelf.File("sub/tiny.onnx", Content, original.Address)), ModelShelf.Entry("other", ModelShelf.File("other.onnx", [1, 2, 3], other.Address)),
            ModelShelf.Entry("homeless", ModelShelf.File("homeless.onnx", [4])));
        Should.Throw<VettingException>(() => { _ = shelf.Puller.StartAsync("homeless", "ada"); }).Message.ShouldContain("Copy the file into");

        shelf.Options.Mirrors.Add(new Uri(server.Address, "mirror").ToString());
        await shelf.Puller.StartAsync("tiny", "ada");
        await shelf.Puller.StartAsync("other", "ada");

        (mirrored.Requests.Count, original.Requests.Count, other.Requests.Count).ShouldBe((1, 0, 1));
        shelf.Options.MirrorsOnly = true;
        shelf.Store.Remove("other");
        await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("other", "ada"));
        other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_full_disk_is_told_before_the_first_byte()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        await using var shelf = Shelf(served);
        shelf.FreeBytes = _ => 1_000_000;

        var trouble = await Should.ThrowAsync<VettingException>(() => shelf.Puller.StartAsync("tiny", "ada"));

        trouble.Code.ShouldBe(FailureCode.OutOfSpace);
        served.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_as_unavailable_not_as_cancelled()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("model.onnx", Content);
        served.Breaks.Enqueue(1000);
        served.Gate = new TaskCompletionSource().Task;
        await using var shelf = Shelf(served);
        shelf.Options.StallSeconds = 1;

        // The first answer hangs and is given up; the next try goes on.
        await shelf.Puller.StartAsync("tiny", "ada");

        shelf.Store.Look("tiny").HasFiles.ShouldBeTrue();
        From(served.Requests.Last()).ShouldBe(1000);
    }

    private static ModelShelf Shelf(ServedFile served, byte[]? right = null) => new(ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", right ?? served.Content, served.Address)));

    private static int From(FileRequest request) => int.Parse(request.Range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Ct);
        }
    }
}
