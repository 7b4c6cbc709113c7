using System.Diagnostics;
using System.Text.Json;
using Framevet.TestKit;

namespace Framevet.Web.Tests.Operation;

/// <summary>Runs the built <c>framevet</c> as its users do.</summary>
internal static class CommandLineProgram
{
    public static async Task<CommandEnd> RunAsync(string[] words, CancellationToken ct, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Repository.CommandLine, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(ct);
        var text = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return new CommandEnd(process.ExitCode, text, await errors);
    }
}

/// <summary>How it ended.</summary>
internal sealed record CommandEnd(int Code, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
