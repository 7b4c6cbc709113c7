using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Cli;

public sealed class VetCommandSpecs(CliClips clips) : IClassFixture<CliClips>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_without_a_flagged_frame_ends_with_0_and_lists_its_picks()
    {
        var end = await FramevetProgram.RunAsync(["vet", clips.Clean, "--count", "3"], Ct);

        end.Code.ShouldBe(0, end.Errors);
        end.Output.ShouldContain("60 decoded > 6 scored > 6 passed the gates > 6 allowed > 3 picked");
        end.Output.Split('\n').Count(l => l.Contains("quality", StringComparison.Ordinal)).ShouldBe(3);
        end.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_flagged_frame_gives_1_unless_told_otherwise_and_is_not_picked()
    {
        var end = await FramevetProgram.RunAsync(["vet", clips.Skin, "--json"], Ct);
        var never = await FramevetProgram.RunAsync(["vet", clips.Skin, "--fail-on", "never"], Ct);
        var included = await FramevetProgram.RunAsync(["vet", clips.Skin, "--json", "--include-flagged"], Ct);

        end.Code.ShouldBe(1);
        end.Json[0].GetProperty("flagged").GetArrayLength().ShouldBe(6);
        end.Json[0].GetProperty("flagged")[0].GetProperty("decision").GetString().ShouldBe("escalate");
        end.Json[0].GetProperty("flagged")[0].GetProperty("label").GetString().ShouldBe("nudity/skin");
        end.Json[0].GetProperty("picks").GetArrayLength().ShouldBe(0);
        never.Code.ShouldBe(0);
        included.Code.ShouldBe(1);
        included.Json[0].GetProperty("picks").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_json_has_a_result_per_file_in_order_and_the_highest_code_counts()
    {
        using var folder = new TemporaryFolder();
        var empty = folder.Write("empty.mp4", []);
        var text = folder.Write("text.mp4", "this is no video at all"u8);

        var end = await FramevetProgram.RunAsync(["vet", clips.Skin, empty, text, clips.Hollow, folder["gone.mp4"], clips.Clean, "--json"], Ct);

        end.Code.ShouldBe(4);
        end.Json.EnumerateArray().Select(r => r.GetProperty("result").GetString())
            .ShouldBe(["flagged", "badInput", "badInput", "nothingScored", "badInput", "clean"]);
        end.ErrorLines.Length.ShouldBe(4, end.Errors);
        end.ErrorLines[0].ShouldContain("empty.mp4");
        end.ErrorLines[1].ShouldContain("text.mp4");
        end.ErrorLines[2].ShouldContain("hollow.mp4");
        end.ErrorLines[3].ShouldContain("gone.mp4");
        var clean = end.Json[5];
        clean.GetProperty("sha256").GetString()!.Length.ShouldBe(64);
        clean.GetProperty("media").GetProperty("width").GetInt32().ShouldBe(320);
        clean.GetProperty("funnel").GetProperty("sampled").GetInt32().ShouldBe(6);
        clean.GetProperty("picks")[0].GetProperty("rank").GetInt32().ShouldBe(1);
        clean.GetProperty("picks")[0].GetProperty("scores").GetProperty("quality").GetDouble().ShouldBeInRange(0, 100);
    }

    [Fact]
    public async Task A_folder_stands_for_the_media_files_below_it()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["deep/.hidden"]);
        File.Copy(clips.Clean, folder["b.mp4"]);
        File.Copy(clips.Clean, folder["deep/a.mp4"]);
        File.Copy(clips.Clean, folder["deep/.hidden/c.mp4"]);
        folder.Write("notes.txt", "x"u8);

        var end = await FramevetProgram.RunAsync(["vet", folder.Path, folder["b.mp4"], "--json", "--every", "3"], Ct);

        end.Json.EnumerateArray().Select(r => Path.GetRelativePath(folder.Path, r.GetProperty("file").GetString()!)).ShouldBe(["b.mp4", "deep/a.mp4"]);
    }

    [Fact]
    public async Task Flags_change_the_recipe()
    {
        var end = await FramevetProgram.RunAsync(
            ["vet", clips.Clean, "--json", "--every", "0.5", "--select", "top", "--count", "2", "--min", "brightness=5", "--max", "brightness=6", "--weight", "sharpness=90", "--analysis-side", "128"], Ct);
        var keyframes = await FramevetProgram.RunAsync(["vet", clips.Clean, "--json", "--sampler", "keyframe"], Ct);

        end.Json[0].GetProperty("funnel").GetProperty("sampled").GetInt32().ShouldBe(12);
        end.Json[0].GetProperty("funnel").GetProperty("passedGates").GetInt32().ShouldBe(0);
        keyframes.Json[0].GetProperty("funnel").GetProperty("decoded").GetInt32().ShouldBeLessThan(20);
    }

    [Fact]
    public async Task Picks_are_written_at_full_resolution_with_a_manifest_of_exactly_these_files()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["other"]);
        File.Copy(clips.Clean, folder["other/clean.mp4"]);

        var end = await FramevetProgram.RunAsync(["vet", clips.Clean, folder["other/clean.mp4"], clips.Skin, "--out", folder["out"], "--count", "2", "--json"], Ct);
        var again = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["out"]], Ct);
        var zip = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["zip"], "--zip"], Ct);

        end.Code.ShouldBe(1, end.Errors);

        // The flagged clip has nothing that may be written; a second time nothing is overwritten.
        Directory.EnumerateDirectories(folder["out"]).Select(Path.GetFileName).Order().ShouldBe(["clean-frames", "clean-frames-2", "clean-frames-3"]);
        using var manifest = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(folder["out/clean-frames/manifest.json"], Ct));
        string[] listed = [.. manifest.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)];
        listed.Length.ShouldBe(2);
        Directory.EnumerateFiles(folder["out/clean-frames"]).Select(Path.GetFileName).Order().ShouldBe(((string[])["frames.csv", "manifest.json", .. listed]).Order());
        again.Code.ShouldBe(0, again.Errors);
        zip.Code.ShouldBe(0, zip.Errors);
        Directory.EnumerateFileSystemEntries(folder["zip"]).ShouldHaveSingleItem().ShouldEndWith(".zip");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_written_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();

        var end = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["out"], "--count", "2", "--dry-run", "--json", "--set", "exporter.format=jpeg", "--set", "exporter.quality=80"], Ct);
        var people = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["out"], "--count", "2", "--dry-run", "--exporter", "contact-sheet"], Ct);
        var wrong = await FramevetProgram.RunAsync(["vet", clips.Clean, "--out", folder["out"], "--dry-run", "--set", "exporter.names={title}"], Ct);
        var alone = await FramevetProgram.RunAsync(["vet", clips.Clean, "--dry-run"], Ct);

        end.Code.ShouldBe(0, end.Errors);
        var plan = end.Json[0].GetProperty("plans")[0];
        plan.GetProperty("names").EnumerateArray().Count(n => n.GetString()!.EndsWith(".jpg", StringComparison.Ordinal)).ShouldBe(2);
        plan.GetProperty("freeBytes").GetInt64().ShouldBeGreaterThan(0);
        people.Output.ShouldContain("would write 1 files");
        wrong.Errors.ShouldContain("there is no field {title}");
        alone.Errors.ShouldContain("needs --out DIR");
        Directory.Exists(folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_recipe_file_is_used_and_a_wrong_one_is_named_with_its_fault()
    {
        using var folder = new TemporaryFolder();
        var recipe = folder.Write("mine.json", """
            { "name": "Mine", "sampler": { "id": "interval", "options": { "seconds": 2 } }, "metrics": [{ "id": "brightness" }], "gates": [],
              "moderation": { "backends": [], "bands": {} }, "selector": { "id": "top", "options": { "score": "brightness" } }, "exporters": [] }
            """u8);
        var wrong = folder.Write("wrong.json", "{ \"name\": 3 }"u8);

        var end = await FramevetProgram.RunAsync(["vet", clips.Clean, "--json", "--recipe", recipe], Ct);
        var fault = await FramevetProgram.RunAsync(["vet", clips.Clean, "--recipe", wrong], Ct);

        end.Code.ShouldBe(1, "no backend means that a person must look");
        end.Json[0].GetProperty("funnel").GetProperty("sampled").GetInt32().ShouldBe(3);
        fault.Code.ShouldBe(2);
        fault.ErrorLines.ShouldHaveSingleItem().ShouldContain("wrong.json");
    }

    [Theory]
    [InlineData("--sampler", "foo", "foo")]
    [InlineData("--min", "sharpness", "SCORE=NUMBER")]
    [InlineData("--min", "sharpnes=3", "did you mean 'sharpness'")]
    [InlineData("--fail-on", "sometimes", "sometimes")]
    [InlineData("--recipe", "No such", "Best frames")]
    [InlineData("--count", "many", "many")]
    public async Task A_wrong_option_is_bad_input_said_in_a_sentence(string option, string value, string says)
    {
        var end = await FramevetProgram.RunAsync(["vet", clips.Clean, option, value], Ct);

        end.Code.ShouldBe(2);
        end.ErrorLines[0].ShouldContain(says);
        end.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_link_is_fetched_through_the_wall_vetted_and_forgotten()
    {
        await using var server = await FileServer.StartAsync(Ct);
        var film = server.Serve("film.mp4", await File.ReadAllBytesAsync(clips.Clean, Ct));
        (string, string)[] allowed = [("Outbound__AllowAddresses__0", "127.0.0.0/8"), ("Outbound__AllowPorts__0", "0")];

        var end = await FramevetProgram.RunAsync(["vet", film.Address.ToString(), "--json"], Ct, allowed);
        var forbidden = await FramevetProgram.RunAsync(["vet", film.Address.ToString()], Ct);
        var gone = await FramevetProgram.RunAsync(["vet", new Uri(server.Address, "gone.mp4").ToString(), clips.Clean, "--json"], Ct, allowed);

        end.Code.ShouldBe(0, end.Errors);
        end.Json[0].GetProperty("file").GetString().ShouldBe(film.Address.ToString());
        end.Json[0].GetProperty("picks").GetArrayLength().ShouldBeGreaterThan(0);
        forbidden.Code.ShouldBe(2);
        film.Requests.Count.ShouldBe(1);
        gone.Code.ShouldBe(2);
        gone.Json[0].GetProperty("error").GetProperty("message").GetString()!.ShouldContain("no such file");
        gone.Json[1].GetProperty("picks").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_missing_tool_is_3_with_what_to_do()
    {
        var end = await FramevetProgram.RunAsync(["vet", clips.Clean], Ct, ("Tools__FfmpegPath", "/none/ffmpeg"), ("Tools__Engine", "Pipe"));
        var doctor = await FramevetProgram.RunAsync(["doctor"], Ct, ("Tools__FfmpegPath", "/none/ffmpeg"));
        var misspelled = await FramevetProgram.RunAsync(["doctor"], Ct, ("Tools__FfmpegPat", "ffmpeg"));

        end.Code.ShouldBe(3);
        end.ErrorLines.ShouldHaveSingleItem().ShouldContain("install");
        doctor.Code.ShouldBe(3);
        doctor.Output.ShouldContain("missing  ffmpeg");
        misspelled.Code.ShouldBe(2);
        misspelled.ErrorLines.ShouldHaveSingleItem().ShouldContain("FfmpegPat");
    }

    [Fact]
    public async Task Parts_and_doctor_tell_what_is_there()
    {
        var doctor = await FramevetProgram.RunAsync(["doctor", "--json"], Ct);
        var parts = await FramevetProgram.RunAsync(["parts", "--json"], Ct);

        doctor.Json.EnumerateArray().Select(t => t.GetProperty("name").GetString()).ShouldContain("ffmpeg");
        parts.Code.ShouldBe(0);
        var ids = parts.Json.EnumerateArray().Select(p => $"{p.GetProperty("kind").GetString()} {p.GetProperty("id").GetString()}").ToArray();
        ids.ShouldContain("sampler interval");
        ids.ShouldContain("metric quality");
        ids.ShouldContain("exporter zip");
    }
}
