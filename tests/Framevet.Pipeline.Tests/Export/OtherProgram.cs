using System.Diagnostics;

namespace Framevet.Pipeline.Tests.Export;

/// <summary>Programs that others wrote and that read what we write. A machine may lack them: then the test says so and is skipped.</summary>
internal static class OtherProgram
{
    /// <summary>The program's path from the environment variable, or from PATH; null when the machine has none.</summary>
    public static string? Find(string name, string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given && File.Exists(given) ? given
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string path, string[] arguments, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output + await errors);
    }
}
