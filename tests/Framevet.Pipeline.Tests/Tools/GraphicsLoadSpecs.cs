using Framevet.Pipeline.Tools;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Tools;

/// <summary>How busy cards are, where there are any; what is not told is not 0.</summary>
public sealed class GraphicsLoadSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_line_is_a_card_and_what_it_does_not_tell_stays_unknown() =>
        GraphicsLoad.Parse("0, 37, 1024, 143771\n1, [N/A], [Not Supported], 24576\nNo devices were found\n").ShouldBe(
            [new CardLoad(0, 0.37, 1024L << 20, 143771L << 20), new CardLoad(1, null, null, 24576L << 20)]);

    [Fact(Timeout = 60_000)]
    public async Task The_drivers_program_is_asked_and_its_absence_or_failure_is_no_card()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-ins are shell scripts");
        using var folder = new TemporaryFolder();

        (await new GraphicsLoad(TimeProvider.System) { Program = Script(folder, "good", "echo '0, 5, 100, 2000'") }.ReadAsync(Ct)).Single().ShouldBe(new CardLoad(0, 0.05, 100L << 20, 2000L << 20));
        (await new GraphicsLoad(TimeProvider.System) { Program = Script(folder, "bad", "echo '0, 5, 100, 2000'; exit 9") }.ReadAsync(Ct)).ShouldBeEmpty();
        (await new GraphicsLoad(TimeProvider.System) { Program = "no-such-driver" }.ReadAsync(Ct)).ShouldBeEmpty();
    }

    private static string Script(TemporaryFolder folder, string name, string text)
    {
        var path = folder.Write(name, System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\n{text}\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return path;
    }
}
