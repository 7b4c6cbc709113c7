using System.Diagnostics;
using System.Globalization;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Cli;

public sealed class InterruptSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ctrl_C_ends_with_130_and_leaves_no_tool_and_no_file(bool isTerminal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends a signal and reads /proc.");
        using var folder = new TemporaryFolder();
        var film = TestMedia.Path("bench-1080p30-20s.mp4");
        using var process = FramevetProgram.Start(["vet", film, "--every", "0", "--out", folder["out"]], ("TMPDIR", folder.Path), ("DOTNET_EnableDiagnostics", "0"));
        var tools = await ToolsOfAsync(process.Id);

        // A terminal sends the signal to everybody at once; the tools may be gone before the program knows why.
        string[] targets = isTerminal ? [.. tools, process.Id.ToString(CultureInfo.InvariantCulture)] : [process.Id.ToString(CultureInfo.InvariantCulture)];
        using (var kill = Process.Start("kill", ["-INT", .. targets]))
        {
            await kill.WaitForExitAsync(Ct);
        }

        var end = await FramevetProgram.EndAsync(process, Ct);

        end.Code.ShouldBe(130, end.Errors);
        end.ErrorLines.ShouldBe(["Cancelled."]);
        tools.ShouldAllBe(id => NameOf(id) != "ffmpeg");
        folder.Files().ShouldBeEmpty();
    }

    // Waits until ffmpeg has been at work for a moment: its start is not the interesting time.
    private static async Task<string[]> ToolsOfAsync(int id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            string[] tools = [.. Children(id).Where(c => NameOf(c) == "ffmpeg")];
            if (tools.Length > 0)
            {
                await Task.Delay(500, limit.Token);
                return tools;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    // Children belong to the thread that started them, and threads come and go.
    private static string[] Children(int id) =>
        [.. Directory.EnumerateDirectories($"/proc/{id}/task").SelectMany(task => Read(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static string NameOf(string id) => Read($"/proc/{id}/comm").Trim();

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
