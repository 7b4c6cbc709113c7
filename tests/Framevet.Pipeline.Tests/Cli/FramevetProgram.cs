using System.Diagnostics;
using System.Text.Json;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Cli;

/// <summary>Runs the built <c>framevet</c> as a process of its own.</summary>
internal static class FramevetProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to the end.</summary>
    public static async Task<ProgramEnd> RunAsync(IEnumerable<string> arguments, CancellationToken ct, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        return await EndAsync(process, ct);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Repository.CommandLine)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for the end; kills the process when that takes too long.</summary>
    public static async Task<ProgramEnd> EndAsync(Process process, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ProgramEnd(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

/// <summary>How the program ended.</summary>
internal sealed record ProgramEnd(int Code, string Output, string Errors)
{
    /// <summary>The output as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Error lines.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
