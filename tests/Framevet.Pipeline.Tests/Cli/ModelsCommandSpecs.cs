using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tests.Models;
using Framevet.TestKit;
using Framevet.TestKit.Onnx;

namespace Framevet.Pipeline.Tests.Cli;

public sealed class ModelsCommandSpecs(CliClips clips) : IClassFixture<CliClips>
{
    private static readonly int[] PictureAxes = [1, 2, 3];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_pulled_from_a_mirror_listed_and_verified_and_a_tampered_one_gives_3()
    {
        await using var server = await FileServer.StartAsync(Ct);
        using var folder = new TemporaryFolder();
        var content = ModelShelf.Bytes(200_000);
        var served = server.Serve("tiny.onnx", content);
        served.Breaks.Enqueue(70_000);
        Own(folder, ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", content)));
        (string, string)[] here = [("Models__Folder", folder.Path), ("Models__Mirrors__0", server.Address.ToString()), ("Models__AllowPrivateAddresses", "true")];

        var before = await FramevetProgram.RunAsync(["models", "list", "tiny"], Ct, here);
        var pulled = await FramevetProgram.RunAsync(["models", "pull", "tiny", "--json"], Ct, here);
        await File.WriteAllBytesAsync(folder["tiny.onnx"], ModelShelf.Bytes(200_000, seed: 5), Ct);
        var verified = await FramevetProgram.RunAsync(["models", "verify"], Ct, here);
        var doctor = await FramevetProgram.RunAsync(["doctor"], Ct, here);

        before.Output.ShouldContain("missing");
        before.Output.ShouldContain($"Folder: {folder.Path}");
        pulled.Code.ShouldBe(0, pulled.Errors);
        pulled.Json[0].GetProperty("bytesHere").GetInt64().ShouldBe(200_000);
        served.Requests.Count.ShouldBe(2);
        verified.Code.ShouldBe(3);
        verified.Output.ShouldContain(ModelShelf.Hash(content));
        doctor.Output.ShouldContain("refused for a wrong SHA-256: tiny");
    }

    [Fact]
    public async Task Terms_are_printed_when_they_are_accepted_and_the_way_there_is_told_when_not()
    {
        await using var server = await FileServer.StartAsync(Ct);
        using var folder = new TemporaryFolder();
        var served = server.Serve("tiny.onnx", ModelShelf.Bytes(1000));
        Own(folder, ModelShelf.Entry("tiny", ModelShelf.File("tiny.onnx", served.Content, served.Address)) with { Licence = new ModelLicence { Id = "NC", Allows = "No business.", NeedsAcceptance = true } });
        (string, string)[] here = [("Models__Folder", folder.Path), ("Models__AllowPrivateAddresses", "true")];

        var refused = await FramevetProgram.RunAsync(["models", "pull", "tiny"], Ct, here);
        var accepted = await FramevetProgram.RunAsync(["models", "pull", "tiny", "--accept-licence"], Ct, here);

        refused.Code.ShouldNotBe(0);
        refused.Errors.ShouldContain("framevet models pull tiny --accept-licence");
        accepted.Code.ShouldBe(0, accepted.Errors);
        accepted.Errors.ShouldContain("No business.");
    }

    [Fact]
    public async Task A_recipe_that_needs_a_missing_model_ends_before_the_first_frame_with_the_command_that_gets_it()
    {
        using var folder = new TemporaryFolder();

        var end = await FramevetProgram.RunAsync(["score", clips.Clean, "--metric", "brisque"], Ct, ("Models__Folder", folder.Path));

        end.Code.ShouldBe(3);
        end.Errors.ShouldContain("brisque_svr.onnx");
        end.Errors.ShouldContain("framevet models pull brisque");
        end.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_own_file_is_added_and_scores_frames()
    {
        using var folder = new TemporaryFolder();
        var path = new TinyOnnx().Input("x", -1, 3, 8, 8).Output("score", -1, 1)
            .Node("ReduceMean", "x", "mean", ("axes", PictureAxes), ("keepdims", 0)).Constant("axis", [1L], 1).Node("Unsqueeze", "mean axis", "score").Save(folder.Path, "own.onnx");
        (string, string)[] here = [("Models__Folder", folder["models"])];

        var added = await FramevetProgram.RunAsync(["models", "add", path, "--id", "mean-light", "--head", "scalar", "--width", "8", "--height", "8"], Ct, here);
        var scored = await FramevetProgram.RunAsync(["score", clips.Clean, "--metric", "mean-light", "--out", folder["scores.csv"]], Ct, here);

        added.Code.ShouldBe(0, added.Errors);
        added.Output.ShouldContain("mean-light");
        File.Exists(path).ShouldBeTrue("the user's file stays");
        scored.Code.ShouldBe(0, scored.Errors);
        File.ReadAllLines(folder["scores.csv"])[0].ShouldContain("mean-light");
        scored.Errors.ShouldBeEmpty();

        // Who asked for a card learns that the processor computed, and still has the scores.
        var asked = await FramevetProgram.RunAsync(["score", clips.Clean, "--metric", "mean-light"], Ct, [.. here, ("Inference__Provider", "cuda")]);
        asked.Code.ShouldBe(0, asked.Errors);
        Assert.SkipWhen(asked.Errors.Length == 0, "This machine has a card that works.");
        asked.Errors.ShouldContain("processor");
    }

    private static void Own(TemporaryFolder folder, ModelEntry entry)
    {
        Directory.CreateDirectory(folder["own"]);
        folder.Write($"own/{entry.Id}.json", ModelManifest.Write(entry));
    }
}
