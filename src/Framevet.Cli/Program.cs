namespace Framevet.Cli;

// In a namespace on purpose: tests see this assembly and the web server, whose Program is global.
internal static class Program
{
    private static int Main() => 0;
}
