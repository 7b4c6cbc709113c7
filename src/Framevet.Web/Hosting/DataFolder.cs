namespace Framevet.Web.Hosting;

/// <summary>Where things lie in the data folder. The pipeline and the database name their own parts of it.</summary>
internal sealed class DataFolder(string path)
{
    /// <summary>Absolute path of the folder.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>The scheduler's database.</summary>
    public string JobsDatabase => Path.Combine(Root, "jobs.db");

    /// <summary>Keys that protect cookies and links; whoever has them can sign in as anybody.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Remembers that the demo was made.</summary>
    public string DemoMarker => Path.Combine(Root, "demo.done");

    /// <summary>Held by a server while it works.</summary>
    public string Lock => Path.Combine(Root, "server.lock");

    /// <summary>Says that somebody works in the folder; null when somebody else does. The operating system drops it with the process.</summary>
    public FileStream? TryHold()
    {
        try
        {
            return new FileStream(Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Creates the folder and the one of the keys, both for the owner only.</summary>
    public void Create()
    {
        Directory.CreateDirectory(Root);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Keys);
        }
        else
        {
            Directory.CreateDirectory(Keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
