using System.Diagnostics;
using System.Globalization;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Tests.Tools;

public sealed class ToolProcessSpecs
{
    private const int Timeout = 60_000;

    private static readonly string FakeTool = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Framevet.FakeTool.exe" : "Framevet.FakeTool");

    [Fact(Timeout = Timeout)]
    public async Task Output_and_exit_code_are_returned()
    {
        var result = await RunAsync(["out", "a b", "out", "*$HOME\"';", "exit", "7"]);

        result.ExitCode.ShouldBe(7);
        result.Output.ReplaceLineEndings("\n").ShouldBe("a b\n*$HOME\"';\n");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_flood_on_stderr_neither_blocks_nor_is_kept_whole()
    {
        var result = await RunAsync(["flood", "20000", "out", "done"]);

        result.Output.Trim().ShouldBe("done");
        result.ErrorLines.Length.ShouldBe(100);
        result.ErrorLines[^1].ShouldStartWith("line 1 ");
    }

    [Fact(Timeout = Timeout)]
    public async Task Stdin_is_closed()
    {
        (await RunAsync(["stdin"])).Output.Trim().ShouldBe("(closed)");
    }

    [Fact(Timeout = Timeout)]
    public async Task Secrets_of_the_server_do_not_reach_a_tool()
    {
        Environment.SetEnvironmentVariable("FRAMEVET_TEST_SECRET", "hush");

        (await RunAsync(["env", "FRAMEVET_TEST_SECRET"])).Output.Trim().ShouldBe("(none)");
    }

    [Fact(Timeout = Timeout)]
    public async Task Credentials_and_queries_of_urls_are_removed_from_what_is_kept()
    {
        var result = await RunAsync(["err", "cannot open https://user:pw@example.org/a/b.mp4?sig=abc#x now"]);

        result.ErrorLines[^1].ShouldBe("cannot open https://***@example.org/a/b.mp4?*** now");
    }

    [Fact(Timeout = Timeout)]
    public async Task Partial_output_is_returned_with_the_exit_code()
    {
        var result = await RunAsync(["bytes", "1000", "exit", "3"]);

        result.Output.Length.ShouldBe(1000);
        result.ExitCode.ShouldBe(3);
    }

    [Fact(Timeout = Timeout)]
    public async Task Garbage_is_passed_on_byte_by_byte()
    {
        var expected = new byte[100_000];
        new Random(1).NextBytes(expected);
        var process = ToolProcess.Start(Command(["garbage", "100000"]), null, TimeProvider.System, TestContext.Current.CancellationToken);
        await using (process)
        {
            using var output = new MemoryStream();
            var buffer = new byte[8192];
            while (await process.ReadAsync(buffer) is var read and > 0)
            {
                output.Write(buffer, 0, read);
            }

            output.ToArray().ShouldBe(expected);
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task Output_beyond_the_cap_is_a_failure()
    {
        var error = await Should.ThrowAsync<VettingException>(() => ToolProcess.RunAsync(Command(["bytes", "100000", "hang"]), 5000, TimeProvider.System, TestContext.Current.CancellationToken));

        error.Code.ShouldBe(FailureCode.ToolFailed);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_tool_without_a_sign_of_life_is_stalled_and_killed()
    {
        var command = Command(["err", "starting", "deaf", "hang"]) with { Stall = TimeSpan.FromSeconds(1) };

        var error = await Should.ThrowAsync<VettingException>(() => ToolProcess.RunAsync(command, 1000, TimeProvider.System, TestContext.Current.CancellationToken));

        error.Code.ShouldBe(FailureCode.ToolStalled);
        error.IsTransient.ShouldBeTrue();
        error.Detail.ShouldNotBeNull().ShouldContain("starting");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_slow_tool_that_shows_life_is_not_stalled()
    {
        var command = Command(["err", "1", "sleep", "900", "err", "2", "sleep", "900", "err", "3", "sleep", "900", "out", "ok"]) with { Stall = TimeSpan.FromSeconds(2) };

        (await ToolProcess.RunAsync(command, 1000, TimeProvider.System, TestContext.Current.CancellationToken)).Output.Trim().ShouldBe("ok");
    }

    [Fact(Timeout = Timeout)]
    public async Task A_missing_program_is_named()
    {
        var command = new ToolCommand(Path.Combine(AppContext.BaseDirectory, "no-such-tool"), []);

        if (ToolLocator.Find("setsid") is not null)
        {
            (await ToolProcess.RunAsync(command, 1000, TimeProvider.System, TestContext.Current.CancellationToken)).ExitCode.ShouldBe(127);
            return;
        }

        (await Should.ThrowAsync<VettingException>(() => ToolProcess.RunAsync(command, 1000, TimeProvider.System, TestContext.Current.CancellationToken))).Code.ShouldBe(FailureCode.ToolMissing);
    }

    [Theory(Timeout = Timeout)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_kills_the_whole_tree_even_when_it_ignores_interrupts(bool parentIsGone)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var process = ToolProcess.Start(Command(["deaf", "child", parentIsGone ? "out" : "hang", "bye"]), null, TimeProvider.System, stop.Token);
        int child;
        await using (process)
        {
            var buffer = new byte[100];
            var read = await process.ReadAsync(buffer);
            child = int.Parse(System.Text.Encoding.ASCII.GetString(buffer, 0, read).Split('\n')[0], CultureInfo.InvariantCulture);
            IsAlive(child).ShouldBeTrue();

            await stop.CancelAsync();

            await Should.ThrowAsync<OperationCanceledException>(async () => await process.ReadAsync(buffer));
        }

        await GoneAsync(child);
    }

    [Fact(Timeout = Timeout)]
    public async Task Disposing_kills_what_still_runs()
    {
        var process = ToolProcess.Start(Command(["deaf", "hang"]), null, TimeProvider.System, TestContext.Current.CancellationToken);
        var id = process.Id;

        await process.DisposeAsync();

        await GoneAsync(id);
    }

    [Fact]
    public async Task A_cancelled_token_starts_nothing()
    {
        await Should.ThrowAsync<OperationCanceledException>(() => ToolProcess.RunAsync(Command(["out", "x"]), 1000, TimeProvider.System, new CancellationToken(canceled: true)));
    }

    private static Task<ToolResult> RunAsync(string[] steps) => ToolProcess.RunAsync(Command(steps), 1_000_000, TimeProvider.System, TestContext.Current.CancellationToken);

    private static ToolCommand Command(string[] steps)
    {
        var command = new ToolCommand(FakeTool, [.. steps]);
        return Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root ? command with { Environment = command.Environment.Add("DOTNET_ROOT", root) } : command;
    }

    private static async Task GoneAsync(int id)
    {
        var deadline = Stopwatch.StartNew();
        while (IsAlive(id))
        {
            deadline.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), $"process {id} still lives");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A zombie that nobody reaps (no init in a container) counts as gone.</summary>
    private static bool IsAlive(int id)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                return !File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
            }
            catch (IOException)
            {
                return false;
            }
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
