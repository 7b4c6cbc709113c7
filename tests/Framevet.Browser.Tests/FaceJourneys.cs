using System.Text.RegularExpressions;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>A server that has the models of this machine; without them nothing is started.</summary>
public sealed class FaceStudio : Studio
{
    private readonly TemporaryFolder _state = new();

    protected override string[] Settings => [$"--Models:Folder={TestModels.Folder}", $"--Models:StateFolder={_state.Path}"];

    public override async ValueTask InitializeAsync()
    {
        if (TestModels.Folder is not null)
        {
            await base.InitializeAsync();
        }
    }
}

/// <summary>A recipe with models, from the file to the faces, as people do it.</summary>
public sealed partial class FaceJourneys(FaceStudio studio) : IClassFixture<FaceStudio>
{
    // Where the picture lies in its element, which shows all of it, and where a mark lies in the picture, in parts of it.
    private const string PlaceInPicture = """
        ([mark, image]) => {
          const [m, i] = [mark.getBoundingClientRect(), image.getBoundingClientRect()];
          const scale = Math.min(i.width / image.naturalWidth, i.height / image.naturalHeight);
          const [w, h] = [image.naturalWidth * scale, image.naturalHeight * scale];
          const [x, y] = [i.x + (i.width - w) / 2, i.y + (i.height - h) / 2];
          return [(m.x - x) / w, (m.y - y) / h, m.width / w, m.height / h];
        }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task A_recipe_with_models_finds_faces_that_are_drawn_over_the_frame_and_looked_for_again()
    {
        var film = Film("talking-head-1080x720-nostss.mp4");
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await ada.By("recipe-Faces").CheckAsync();
        var run = await UploadAsync(ada, film);
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", Rested(), new() { Timeout = 120_000 });

        await ada.Page.GotoAsync($"{run}/gallery");
        await Expect(ada.By("people").Locator(".person")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await ada.By("person-1").ClickAsync();
        await ada.ToBeAtAsync(new Regex("person=1"));
        await ada.By("grid").Locator("[role=gridcell] a.open").First.EvaluateAsync("link => link.click()");

        await Expect(ada.By("mark-face-0")).ToBeVisibleAsync();
        await AssertPlaceAsync(ada);
        await ada.Page.Keyboard.PressAsync("h");
        await Expect(ada.By("marks")).ToHaveCountAsync(0);
        await ada.Page.Keyboard.PressAsync("h");
        await Expect(ada.By("mark-face-0").Locator(".name")).ToHaveTextAsync("Person 1");
        await Expect(ada.By("face-0")).ToContainTextAsync("Eyes ");
        (await ada.By("face-0").Locator("img").EvaluateAsync<int>("image => image.decode().then(() => image.naturalWidth)")).ShouldBeGreaterThan(20);

        await ada.By("use-face-0").ClickAsync();
        await Expect(ada.By("wanted")).ToContainTextAsync("looks for Person 1 of talking-head");
        await Expect(ada.By("recipe-One person")).ToBeCheckedAsync();
        var second = await UploadAsync(ada, film);
        await Expect(ada.By("run")).ToHaveAttributeAsync("data-state", Rested(), new() { Timeout = 120_000 });
        var passed = await ada.Page.EvaluateAsync<int>("async run => (await (await fetch(`/api/v1${run}/frames?score=face-similarity:0.4..`)).json()).total", second);
        passed.ShouldBe(2);
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 240_000)]
    public async Task The_face_to_look_for_is_chosen_from_a_picture()
    {
        Film("talking-head-1080x720-nostss.mp4");
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await ada.By("recipe-One person").CheckAsync();
        await Expect(ada.By("recipe-missing")).ToContainTextAsync("choose the face first");
        var field = ada.By("whom").Locator("input[type=file]");

        await field.SetInputFilesAsync(TestModels.Path("reference/photos/coffee.png"));
        await Expect(Whom(ada, "trouble")).ToContainTextAsync("No face was found in coffee.png", new() { Timeout = 60_000 });
        await field.SetInputFilesAsync(TestMedia.Path("photo-family-3072x1780.jpg"));
        await Expect(Whom(ada, "choose")).ToContainTextAsync("faces were found", new() { Timeout = 60_000 });
        await Whom(ada, "face-2").ClickAsync();
        await Expect(Whom(ada, "set")).ToBeVisibleAsync();
        await Expect(ada.By("recipe-missing")).ToHaveCountAsync(0);
        await Whom(ada, "clear").ClickAsync();
        await Expect(ada.By("recipe-missing")).ToBeVisibleAsync();
        ada.Errors.ShouldBeEmpty();
    }

    private static ILocator Whom(Visitor visitor, string part) => visitor.By("whom").Locator($"[data-testid$='-{part}']");

    // Skips the running test where models or films are not at hand.
    private static string Film(string name)
    {
        TestModels.Path("mobilefacenet_foamliu_128d.onnx");
        return TestMedia.Path(name);
    }

    private static async Task<string> UploadAsync(Visitor visitor, string file)
    {
        await visitor.By("file-input").SetInputFilesAsync(file);
        var link = visitor.By("upload-run").First;
        await Expect(link).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var run = "/" + await link.GetAttributeAsync("href");
        await visitor.Page.GotoAsync(run);
        return run;
    }

    private static async Task AssertPlaceAsync(Visitor visitor)
    {
        var image = visitor.By("frame-before");
        await image.EvaluateAsync("image => image.decode()");
        var path = new Uri(visitor.Page.Url).AbsolutePath;
        var told = await visitor.Page.EvaluateAsync<float[]>("async path => { const b = (await (await fetch(`/api/v1${path}/detections`)).json()).faces[0].box; return [b.left, b.top, b.width, b.height]; }", path);
        var drawn = await visitor.Page.EvaluateAsync<float[]>(PlaceInPicture, new[] { await visitor.By("mark-face-0").ElementHandleAsync(), await image.ElementHandleAsync() });
        for (var i = 0; i < 4; i++)
        {
            drawn[i].ShouldBe(told[i], 0.01, $"part {i} of the box");
        }

        told[2].ShouldBeGreaterThan(0.02f);
    }

    [GeneratedRegex("Done|AwaitingReview")]
    private static partial Regex Rested();
}
