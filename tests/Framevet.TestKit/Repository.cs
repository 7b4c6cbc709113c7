namespace Framevet.TestKit;

/// <summary>The working tree that the running program was built in: what tests read from it, and the built programs.</summary>
public static class Repository
{
    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Its folder.</summary>
    /// <exception cref="DirectoryNotFoundException">The program lies outside of one.</exception>
    public static string Root => Found.Value ?? throw new DirectoryNotFoundException($"WebApp.sln is in none of the folders above {AppContext.BaseDirectory}.");

    /// <summary>A file or folder of it.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>Folder of the files that the server works with: its content root.</summary>
    public static string Web => Path("src", "Framevet.Web");

    /// <summary>
    /// The built <c>framevet</c>, where its users have it, in the configuration of the running program: beside the tests lie fewer libraries, since the web server's framework brings some of them.
    /// </summary>
    public static string CommandLine
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
            return Path("src", "Framevet.Cli", "bin", output.Parent!.Name, output.Name, OperatingSystem.IsWindows() ? "framevet.exe" : "framevet");
        }
    }

    /// <summary>A folder of large files: the one that the environment names, else the one of this name in <c>shared</c> beside the working tree; null when it is not there.</summary>
    public static string? Shared(string variable, string name)
    {
        var folder = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } told ? told
            : Found.Value is { } root ? System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "..", "shared", name)) : null;
        return Directory.Exists(folder) ? folder : null;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "WebApp.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
