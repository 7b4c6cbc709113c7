using Framevet.Data;
using Framevet.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Hosting;

/// <summary>An empty database of today's model, made once for all servers of a test program: applying every migration anew takes each of them seconds. That a server makes its own is for the tests of migrations, backups and PostgreSQL.</summary>
internal static class MigratedFile
{
    private const string Name = "framevet.db";

    private static readonly Lazy<string> Made = new(Make);

    /// <summary>Puts it into a data folder that has no database yet.</summary>
    public static void CopyTo(string folder)
    {
        if (!File.Exists(Path.Combine(folder, Name)))
        {
            Directory.CreateDirectory(folder);
            File.Copy(Made.Value, Path.Combine(folder, Name));
        }
    }

    private static string Make()
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Data:Folder", folder.Path)]).Build();
        using var services = new ServiceCollection().AddFramevetData(configuration).BuildServiceProvider();
        services.GetRequiredService<DatabaseStart>().MigrateAsync(CancellationToken.None).GetAwaiter().GetResult();

        // The last connection that is closed takes the log into the file.
        SqliteConnection.ClearAllPools();
        File.Exists(folder[Name + "-wal"]).ShouldBeFalse();
        return folder[Name];
    }
}
