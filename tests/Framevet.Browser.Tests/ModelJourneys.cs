using System.Security.Cryptography;
using Framevet.Pipeline.Models;
using Framevet.TestKit;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>Getting models through the Models page, from a web server on this machine.</summary>
public sealed class ModelJourneys(Studio studio) : IClassFixture<Studio>
{
    [Fact(Timeout = 120_000)]
    public async Task An_admin_pulls_a_model_over_a_broken_connection_accepts_terms_and_sees_a_corrupted_one_refused()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var server = await FileServer.StartAsync(ct);
        var opened = new TaskCompletionSource();
        var broken = server.Serve("broken.onnx", Bytes(3_000_000, 1));
        broken.Breaks.Enqueue(1_000_000);
        broken.Gate = opened.Task;
        var corrupted = server.Serve("corrupted.onnx", Bytes(50_000, 2));
        Own("scorer", "A resumed scorer", broken.Content, broken.Address, new ModelLicence { Id = "NC", Allows = "For research only, not for business.", NeedsAcceptance = true });
        Own("spoilt", "A spoilt scorer", Bytes(50_000, 3), corrupted.Address, new ModelLicence { Id = "MIT", Allows = "Anything." });
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("models");
        await ada.By("models-look").ClickAsync();
        await ada.By("models-own").ClickAsync();

        await ada.By("terms-scorer").ClickAsync();
        await Expect(ada.By("licence-scorer")).ToContainTextAsync("For research only");
        await ada.By("accept-scorer").ClickAsync();
        await ada.By("pull-scorer").ClickAsync();
        await Expect(ada.By("progress-scorer")).ToContainTextAsync("of 2.9 MiB");
        await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName, "models-pulling.png") });
        opened.SetResult();
        await Expect(ada.By("verify-scorer")).ToBeVisibleAsync();
        broken.Requests.Count.ShouldBe(2);
        broken.Requests.Last().Range.ShouldStartWith("bytes=");
        (await File.ReadAllBytesAsync(Path.Combine(studio.Server.Folder, "models", "scorer.onnx"), ct)).ShouldBe(broken.Content);

        await ada.By("pull-spoilt").ClickAsync();
        await Expect(ada.By("trouble-spoilt")).ToContainTextAsync(Hash(corrupted.Content));
        await Expect(ada.By("trouble-spoilt")).ToContainTextAsync(Hash(Bytes(50_000, 3)));
        corrupted.Content = Bytes(50_000, 3);
        await ada.By("pull-spoilt").ClickAsync();
        await Expect(ada.By("verify-spoilt")).ToBeVisibleAsync();
        await ada.By("verify-spoilt").ClickAsync();
        await Expect(ada.By("trouble-spoilt")).ToHaveCountAsync(0);

        await ada.Page.GotoAsync("audit");
        await Expect(ada.By("audit")).ToContainTextAsync("model.accept-licence");
        await Expect(ada.By("audit")).ToContainTextAsync("model.pull");
        ada.Errors.ShouldBeEmpty();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_recipe_that_needs_a_missing_model_says_so_before_anything_is_sent_and_leads_to_it()
    {
        await using var ada = await studio.AdminAsync();
        await ada.Page.GotoAsync("submit");
        await Expect(ada.By("advanced")).ToBeVisibleAsync();
        await Expect(ada.By("model-notice")).ToHaveCountAsync(0);
        await ada.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(d => d.open = true)");
        await ada.By("add-brisque").First.ClickAsync();

        await Expect(ada.By("model-notice")).ToContainTextAsync("brisque");
        await ada.By("model-notice-get").ClickAsync();

        await Expect(ada.By("model-brisque")).ToBeVisibleAsync();
        await Expect(ada.By("model-yunet")).ToHaveCountAsync(0);
        await Expect(ada.By("copy-brisque")).ToBeVisibleAsync();
        await ada.By("models-show-all").ClickAsync();
        await Expect(ada.By("model-yunet")).ToBeVisibleAsync();
        ada.Errors.ShouldBeEmpty();
    }

    private void Own(string id, string title, byte[] content, Uri address, ModelLicence licence)
    {
        var entry = new ModelEntry
        {
            Id = id,
            Task = ModelTask.Technical,
            Title = title,
            Files = [new ModelFile { Name = $"{id}.onnx", Bytes = content.Length, Sha256 = Hash(content), Url = address.ToString() }],
            Licence = licence,
            Origin = new ModelOrigin("example/models"),
        };
        var own = Directory.CreateDirectory(Path.Combine(studio.Server.Folder, "models", "own"));
        File.WriteAllBytes(Path.Combine(own.FullName, $"{id}.json"), ModelManifest.Write(entry));
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
