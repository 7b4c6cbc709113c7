namespace Framevet.Cli;

// In a namespace on purpose: tests see this assembly and the web server, whose Program is global.
internal static class Program
{
    private static Task<int> Main(string[] arguments) => CommandLine.RunAsync(arguments);
}
