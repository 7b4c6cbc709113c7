using System.Diagnostics;
using System.IO.Compression;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Components.Pages.About;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Architecture;

namespace Framevet.Web.Tests.Client;

/// <summary>The examples of the page about the API, run as they stand there.</summary>
public sealed class SnippetSpecs(KestrelHost app) : IClassFixture<KestrelHost>
{
    private const int Patience = 240_000;
    private static readonly string[] Files = ["quickstart.sh", "QuickStart.cs", "quickstart.py"];
    private static readonly string[] Needed = [Scopes.RunsRead, Scopes.RunsWrite, Scopes.Export];

    [Theory(Timeout = Patience)]
    [InlineData("python", "quickstart.py", "python3")]
    [InlineData("curl", "quickstart.sh", "bash")]
    public async Task The_script_brings_the_best_frames(string id, string file, string program)
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var folder = new TemporaryFolder();
        var script = Path.Combine(folder.Path, file);
        await File.WriteAllTextAsync(script, ApiSnippet.All.Single(s => s.Id == id).Text + "\n", ct);
        var target = Path.Combine(folder.Path, "picks.zip");
        var start = new ProcessStartInfo(program, [script, await ApiRun.ClipAsync(clips, ct), target]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FRAMEVET_URL"] = app.Address.ToString().TrimEnd('/');
        start.Environment["FRAMEVET_KEY"] = await app.KeyAsync($"snippet-{id}", [Roles.Submitter], Needed, ct);
        using var process = Process.Start(start)!;

        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);

        process.ExitCode.ShouldBe(0, $"{await output}\n{await errors}");
        (await output).ShouldContain("state done");
        await using var zip = await ZipFile.OpenReadAsync(target, ct);
        zip.Entries.ShouldContain(e => Path.GetExtension(e.Name) == ".png" || Path.GetExtension(e.Name) == ".jpg");
    }

    [Fact(Timeout = Patience)]
    public async Task The_program_brings_the_best_frames()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var folder = new TemporaryFolder();
        var target = Path.Combine(folder.Path, "picks.zip");

        (await QuickStart.RunAsync(app.Address, await app.KeyAsync("snippet-csharp", [Roles.Submitter], Needed, ct), await ApiRun.ClipAsync(clips, ct), target, ct)).ShouldBe("saved");

        await using var zip = await ZipFile.OpenReadAsync(target, ct);
        zip.Entries.ShouldContain(e => Path.GetExtension(e.Name) == ".png" || Path.GetExtension(e.Name) == ".jpg");
    }

    [Fact]
    public void The_page_shows_the_very_files() =>
        ApiSnippet.All.Select(s => s.Text).ShouldBe(Files
            .Select(f => File.ReadAllText(Path.Combine(SourceTree.Root, "src/Framevet.Web/Components/Pages/About/Snippets", f)).TrimEnd()));
}
