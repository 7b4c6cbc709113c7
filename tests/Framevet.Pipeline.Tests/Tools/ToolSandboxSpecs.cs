using Framevet.Pipeline.Tools;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Tools;

/// <summary>A program gets what its work needs, and no more. The shell stands for the program; only tests may.</summary>
public sealed class ToolSandboxSpecs
{
    private const int Timeout = 60_000;

    [Fact(Timeout = Timeout)]
    public async Task A_program_runs_inside_limits_that_it_cannot_raise()
    {
        Assert.SkipUnless(ToolSandbox.HasLimits, "prlimit is not here.");

        (await ShellAsync("ulimit -Hv; ulimit -Ht; ulimit -Hf; ulimit -Hn; ulimit -Hc", ToolBounds.Media)).Output.ReplaceLineEndings(" ").Trim()
            .ShouldBe($"{(16L << 30) / 1024} {24 * 3600} {(256L << 30) / 512} 1024 0");
        (await ShellAsync("ulimit -Hn 4096 && echo raised || echo refused", ToolBounds.Media with { OpenFiles = 64 })).Output.ShouldNotContain("4096");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_program_that_writes_without_end_is_stopped_by_the_system()
    {
        Assert.SkipUnless(ToolSandbox.HasLimits, "prlimit is not here.");
        using var folder = new TemporaryFolder();

        var result = await ShellAsync($"exec head -c 10000000 /dev/zero > '{folder["big"]}'", ToolBounds.Media with { FileBytes = 100_000 });

        result.ExitCode.ShouldNotBe(0);
        new FileInfo(folder["big"]).Length.ShouldBeLessThanOrEqualTo(100_000);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_program_that_reads_a_file_has_no_network()
    {
        Assert.SkipUnless(ToolSandbox.CanCutNetwork, "This system does not let a network be taken away.");
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("x"u8.ToArray()));
        var command = $"exec 3<>/dev/tcp/127.0.0.1/{server.Port} && echo reached";

        (await BashAsync(command, ToolBounds.Media)).Output.ShouldBeEmpty();
        server.Connections.ShouldBe(0);
        (await BashAsync(command, ToolBounds.Fetch)).Output.Trim().ShouldBe("reached");

        // The system takes a connection before the server hears of it; the test's own limit ends the waiting.
        while (server.Connections == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        server.Connections.ShouldBe(1);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_program_that_reads_a_file_makes_no_socket_even_where_the_network_is_left()
    {
        Assert.SkipWhen(ToolSandbox.FilterProblem is not null, ToolSandbox.FilterProblem ?? "");
        await using var server = CountingServer.Start(_ => LoopbackAnswer.File("x"u8.ToArray()));
        var command = $"exec 3<>/dev/tcp/127.0.0.1/{server.Port} && echo reached";

        foreach (var sockets in new[] { ToolSockets.None, ToolSockets.Local })
        {
            var refused = await BashAsync(command, ToolBounds.Media with { HasNetwork = true, Sockets = sockets });
            (refused.Output, string.Join('\n', refused.ErrorLines).Contains("Operation not permitted", StringComparison.Ordinal)).ShouldBe(("", true), string.Join('\n', refused.ErrorLines));
        }

        server.Connections.ShouldBe(0);
        (await BashAsync(command, ToolBounds.Fetch)).Output.Trim().ShouldBe("reached");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_program_gets_no_new_rights_and_no_calls_that_it_does_not_need()
    {
        Assert.SkipWhen(ToolSandbox.FilterProblem is not null, ToolSandbox.FilterProblem ?? "");

        foreach (var bounds in new[] { ToolBounds.Media, ToolBounds.MediaOnHardware, ToolBounds.Fetch })
        {
            var status = (await ShellAsync("grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status", bounds)).Output;
            status.ShouldContain("NoNewPrivs:\t1");
            status.ShouldContain("Seccomp:\t2");
            foreach (var forbidden in new[] { "mount -t tmpfs none /mnt", "unshare --mount true", "unshare --pid --fork true", "chroot / true" })
            {
                (await ShellAsync($"{forbidden} 2>&1 && echo done", bounds)).Output.ShouldNotContain("done", customMessage: forbidden);
            }
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task The_filter_stays_with_the_threads_that_start_programs()
    {
        Assert.SkipWhen(ToolSandbox.FilterProblem is not null || !OperatingSystem.IsLinux(), ToolSandbox.FilterProblem ?? "Only Linux tells.");

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => ShellAsync("true", i % 2 == 0 ? ToolBounds.Media : ToolBounds.Fetch))));

        var filtered = Directory.EnumerateDirectories("/proc/self/task").Select(t => (Name: Read(t, "comm").Trim(), Status: Read(t, "status"))).Where(t => t.Status.Contains("Seccomp:\t2", StringComparison.Ordinal)).Select(t => t.Name).ToList();
        filtered.ShouldContain("tool starter");
        filtered.ShouldNotContain(n => n.Contains("TP", StringComparison.Ordinal) || n.Contains("Sockets", StringComparison.Ordinal), string.Join(", ", filtered));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_program_works_in_its_own_folder()
    {
        using var folder = new TemporaryFolder();

        (await ToolProcess.RunAsync(new ToolCommand("/bin/sh", ["-c", "pwd"]) { Folder = folder.Path }, 1000, TimeProvider.System, TestContext.Current.CancellationToken)).Output.Trim().ShouldEndWith(Path.GetFileName(folder.Path));
    }

    [Fact(Timeout = Timeout)]
    public async Task A_program_without_a_folder_gets_an_empty_one_that_goes_with_it()
    {
        var command = new ToolCommand("/bin/sh", ["-c", "pwd; ls -A; touch left-behind"]);
        var first = (await ToolProcess.RunAsync(command, 1000, TimeProvider.System, TestContext.Current.CancellationToken)).Output.Trim();
        var second = (await ToolProcess.RunAsync(command, 1000, TimeProvider.System, TestContext.Current.CancellationToken)).Output.Trim();

        first.ShouldNotContain('\n');
        second.ShouldNotContain('\n');
        second.ShouldNotBe(first);
        Directory.Exists(first).ShouldBeFalse();
        first.ShouldNotBe(Environment.CurrentDirectory);
    }

    [Theory]
    [InlineData("ffmpeg -i x\nexit code: 139\nlast words", "segmentation fault")]
    [InlineData("exit code: 134", "abort")]
    [InlineData("exit code: -11", "segmentation fault")]
    [InlineData("exit code: 152", "limit of processor time")]
    [InlineData("exit code: 137", null)]
    [InlineData("exit code: 143", null)]
    [InlineData("exit code: 1", null)]
    [InlineData("exit code: none", null)]
    [InlineData(null, null)]
    public void A_crash_is_told_from_a_failure_and_from_a_wish(string? detail, string? signal) =>
        ToolCrash.SignalOf(new VettingException(FailureCode.ToolFailed, "x", detail)).ShouldBe(signal);

    // A thread may end while it is looked at.
    private static string Read(string task, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, file));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static Task<ToolResult> ShellAsync(string script, ToolBounds bounds) =>
        ToolProcess.RunAsync(new ToolCommand("/bin/sh", ["-c", script]) { Bounds = bounds }, 10_000, TimeProvider.System, TestContext.Current.CancellationToken);

    private static Task<ToolResult> BashAsync(string script, ToolBounds bounds) =>
        ToolProcess.RunAsync(new ToolCommand("/bin/bash", ["-c", script]) { Bounds = bounds }, 10_000, TimeProvider.System, TestContext.Current.CancellationToken);
}
