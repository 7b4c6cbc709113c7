using Framevet.Data;
using Framevet.Data.Stores;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Hosting;

/// <summary>
/// <c>Framevet.Web audit verify [--Framevet:DataFolder=DIR]</c>: checks the chain of the audit trail without starting the server and without changing
/// the file. Exit code 0 when whole, 4 when an entry does not fit, 1 when the database cannot be read.
/// </summary>
internal static class AuditCommand
{
    private const int Broken = 4;

    /// <summary>Whether the arguments ask for it.</summary>
    public static bool IsMeant(string[] args) => args is ["audit", "verify", ..];

    /// <summary>Checks and prints one line.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().AddCommandLine(args[2..]).Build();
        var folder = Path.GetFullPath(StrictConfiguration.Read(configuration).DataFolder);
        configuration["Data:Folder"] ??= folder;
        await using var services = new ServiceCollection().AddFramevetData(configuration).BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<DataOptions>>().Value;
        var file = Path.Combine(options.Folder, "framevet.db");
        if (options.Provider == DatabaseKind.Sqlite && !File.Exists(file))
        {
            ConsoleNotice.Answer($"There is no database {file}.");
            return 1;
        }

        var check = await services.GetRequiredService<AuditChain>().VerifyAsync(CancellationToken.None);
        ConsoleNotice.Answer(check.BrokenAt is null
            ? $"The audit trail is whole: {check.Verified} entries, last hash {check.LastHash}."
            : $"The audit trail is broken at entry #{check.BrokenAt}: {check.Problem} {check.Verified} entries before it are whole, last sound hash {check.LastHash}.");
        return check.BrokenAt is null ? 0 : Broken;
    }
}
