using Framevet.Pipeline.Tools;

namespace Framevet.Cli;

// In a namespace on purpose: tests see this assembly and the web server, whose Program is global.
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        // The verbs that decode: the libraries are loaded while the command line is read.
        var loading = arguments is ["score" or "vet", ..] ? MediaKit.LoadAheadAsync() : Task.CompletedTask;
        var code = await CommandLine.RunAsync(arguments);
        await loading;
        return code;
    }
}
