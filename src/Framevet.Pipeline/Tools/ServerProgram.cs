using System.Collections;
using System.Collections.Immutable;

namespace Framevet.Pipeline.Tools;

/// <summary>Runs the server's program for work that needs its database: beside this program, where it was built, or where <c>FRAMEVET_SERVER</c> says.</summary>
public static class ServerProgram
{
    private const string Library = "Framevet.Web.dll";

    /// <summary>Runs it to the end and passes its output on; its exit code.</summary>
    /// <exception cref="VettingException">ToolMissing.</exception>
    public static async Task<int> RunAsync(IEnumerable<string> words, Stream output, TextWriter errors, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        var path = Find() ?? throw new VettingException(FailureCode.ToolMissing, $"The server's program ({Library}) is not beside this one. Set FRAMEVET_SERVER to its path.");
        var isLibrary = Path.GetExtension(path).Equals(".dll", StringComparison.OrdinalIgnoreCase);
        var command = new ToolCommand(isLibrary ? Dotnet() : path, [.. isLibrary ? [path] : Array.Empty<string>(), .. words])
        {
            // It is our own program: it works as long as it takes, with the settings of whoever called.
            Stall = TimeSpan.FromDays(2),
            LowPriority = false,
            Bounds = new ToolBounds(null, null, null, null, HasNetwork: true, ToolSockets.Any),
            Environment = Surroundings(),
        };
        var process = ToolProcess.Start(command, line =>
        {
            if (line is not null)
            {
                errors.WriteLine(line);
            }
        }, TimeProvider.System, ct);
        await using (process.ConfigureAwait(false))
        {
            var buffer = new byte[16 * 1024];
            while (await process.ReadAsync(buffer).ConfigureAwait(false) is var read and > 0)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            }

            await output.FlushAsync(ct).ConfigureAwait(false);
            return await process.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("FRAMEVET_SERVER") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : null;
        }

        // .../src/Framevet.Cli/bin/Release/net10.0 has its sibling in .../src/Framevet.Web/bin/Release/net10.0.
        var here = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        var (framework, configuration) = (Path.GetFileName(here), Path.GetFileName(Path.GetDirectoryName(here)));
        string[] places = [Path.Combine(here, Library), Path.GetFullPath(Path.Combine(here, "..", "..", "..", "..", "Framevet.Web", "bin", configuration ?? "", framework, Library))];
        return Array.Find(places, File.Exists);
    }

    private static string Dotnet() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ToolLocator.Find("dotnet") ?? throw new VettingException(FailureCode.ToolMissing, "dotnet was not found; the server's program needs it.");

    private static ImmutableDictionary<string, string> Surroundings() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToImmutableDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");
}
