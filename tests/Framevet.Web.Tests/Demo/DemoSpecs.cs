using Framevet.TestKit;
using Framevet.Web.Tests.Jobs;

namespace Framevet.Web.Tests.Demo;

/// <summary>The clip that a new installation shows.</summary>
public sealed class DemoSpecs
{
    [Fact]
    public async Task A_clip_that_cannot_be_read_is_named_and_keeps_no_server_from_starting()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var missing = folder["not-there.mp4"];
        await using var server = new ServerProcess(folder.Path, "--Framevet:Demo:Enabled=true", $"--Framevet:Demo:File={missing}");

        await server.StartAsync(ct);

        for (var i = 0; i < 600 && !server.Output.Contains("There is no demo", StringComparison.Ordinal); i++)
        {
            await Task.Delay(50, ct);
        }

        server.Output.ShouldContain($"There is no demo: {missing}, which Framevet:Demo:File names, cannot be read");
        Directory.GetFiles(folder.Path, "*demo*").ShouldBeEmpty("the next start tries again");
    }
}
