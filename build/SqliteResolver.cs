using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Framevet.Data;

/// <summary>
/// Joins Microsoft.Data.Sqlite, an older SQLitePCLRaw and the SQLite library of the operating system.
/// Runs when the first type of this assembly is touched, so before anything here opens a database; code that uses
/// Microsoft.Data.Sqlite directly (the job store does) must have called into this assembly before.
/// </summary>
internal static class SqliteResolver
{
    /// <summary>The library's name on Debian and Ubuntu (package libsqlite3-0); the unversioned name needs the -dev package.</summary>
    private const string SystemLibrary = "libsqlite3.so.0";

#pragma warning disable CA2255 // A module initializer in a library: nothing later is early enough for tests and for dotnet-ef.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register()
    {
        // Microsoft.Data.Sqlite asks for a newer version number of the same contract.
        AssemblyLoadContext.Default.Resolving += (_, name) =>
            name.Name == "SQLitePCLRaw.core" ? typeof(SQLitePCL.raw).Assembly : null;

        NativeLibrary.SetDllImportResolver(
            typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load(SystemLibrary) : 0);

        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }
}
