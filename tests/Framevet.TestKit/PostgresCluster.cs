using System.Diagnostics;

namespace Framevet.TestKit;

/// <summary>
/// A PostgreSQL server of this process alone: in a temporary folder, on a socket in it (no port, no network), without care for power cuts. It starts with the first test that wants it and ends with
/// the process. PostgreSQL refuses to run as root; it then runs as the user that Debian's package makes.
/// </summary>
public sealed class PostgresCluster
{
    private const string ServerUser = "postgres";

    private static readonly Lazy<Task<PostgresCluster>> One = new(() => StartAsync());

    private readonly string _folder;
    private readonly string[] _settings;
    private Process _server;

    private PostgresCluster(string folder, string[] settings, Process server) => (_folder, _settings, _server) = (folder, settings, server);

    /// <summary>Id of its first process; the others are its children.</summary>
    public int ProcessId => _server.Id;

    /// <summary>The server, started if it was not yet.</summary>
    public static Task<PostgresCluster> SharedAsync() => One.Value;

    /// <summary>A server of the caller's own, which may stop it. <paramref name="settings"/>: <c>name=value</c>, over those of tests.</summary>
    public static Task<PostgresCluster> OwnAsync(params string[] settings) => StartAsync(settings);

    /// <summary>Connection string for a database, which need not be there yet.</summary>
    public string Connection(string database) => $"Host={Path.Combine(_folder, "socket")};Username=framevet;Database={database}";

    private static async Task<PostgresCluster> StartAsync(params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("framevet-pg-").FullName;
        var (data, socket) = (Path.Combine(folder, "data"), Path.Combine(folder, "socket"));
        Directory.CreateDirectory(socket);
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", ["-R", ServerUser, folder]);
        }

        await RunAsync([.. Launch("initdb"), "-D", data, "-U", "framevet", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]);
        var cluster = new PostgresCluster(folder, settings, await ServeAsync(folder, settings));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Stop();
        return cluster;
    }

    /// <summary>Ends the server at once, as a crash does, and starts it again on what is stored.</summary>
    public async Task CrashAsync()
    {
        using (var quit = Process.Start("sh", ["-c", $"kill -QUIT {_server.Id}"]))
        {
            await quit.WaitForExitAsync();
        }

        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = await ServeAsync(_folder, _settings);
    }

    private static async Task<Process> ServeAsync(string folder, string[] settings)
    {
        string[] command = [.. Launch("postgres"), "-D", Path.Combine(folder, "data"), "-k", Path.Combine(folder, "socket"), "-h", "", "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=300", .. settings.SelectMany(s => (string[])["-c", s])];
        var server = Start(command);
        var said = new List<string>();
        while (await server.StandardError.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (line.Contains("ready to accept connections", StringComparison.Ordinal))
            {
                // What it says later belongs to statements that tests want to fail.
                _ = server.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return server;
            }
        }

        throw new InvalidOperationException($"PostgreSQL did not start: {string.Join('\n', said)}");
    }

    /// <summary>The words before a program's own: as the server's user where this is root.</summary>
    private static string[] Launch(string program) =>
        Environment.UserName == "root" ? ["setpriv", $"--reuid={ServerUser}", $"--regid={ServerUser}", "--clear-groups", Find(program)] : [Find(program)];

    // Debian keeps the server's programs out of the PATH, in a folder by version.
    private static string Find(string program)
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")) : []);
        return places.Select(p => Path.Combine(p, program)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"PostgreSQL's {program} was not found. Install it (Debian: apt install postgresql); ./test does so.");
    }

    private static async Task RunAsync(string program, string[] arguments) => await RunAsync([program, .. arguments]);

    private static async Task RunAsync(string[] command)
    {
        using var process = Start(command);
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {await complained}{await said}");
        }
    }

    private static Process Start(string[] command)
    {
        // The server's user need not be able to enter the folder that this process works in.
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
    }

    /// <summary>Ends it; nothing of it is left.</summary>
    public void Stop()
    {
        if (!_server.HasExited)
        {
            // At once, without a last checkpoint.
            using var quit = Process.Start("sh", ["-c", $"kill -QUIT {_server.Id}"]);
            _server.WaitForExit(5000);
        }

        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It was stopped before.
        }
        catch (IOException)
        {
            // A temporary folder; the system clears it.
        }
    }
}
