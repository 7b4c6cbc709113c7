namespace Framevet.Pipeline.Storage;

/// <summary>
/// A small file in the root of a shared folder. A mount that is gone leaves an empty folder behind, in which everything would seem to be missing and everything written would be lost to the others:
/// without its marker nothing is read or written there.
/// </summary>
public static class StoreMarker
{
    /// <summary>Name of the file.</summary>
    public const string FileName = ".framevet-store";

    /// <summary>Marks a folder that is there and is empty, or that is a store already; returns its id.</summary>
    /// <exception cref="VettingException">SourceUnavailable (no such folder), Conflict (it holds other things).</exception>
    public static string Mark(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{root}: there is no such folder; mount it first.");
        }

        if (Read(root) is { } known)
        {
            return known;
        }

        // A store that was a plain folder before may become a shared one.
        if (Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).FirstOrDefault(name => name is not (DiskBlobStore.WorkFolder or "media" or "thumbs" or "frames" or "exports" or "uploads" or "lost+found")) is { } other)
        {
            throw new VettingException(FailureCode.Conflict, $"{root} holds '{other}', so it is no store of files; give an empty folder.");
        }

        var id = Guid.NewGuid().ToString("N");
        var path = Path.Combine(root, FileName);
        try
        {
            using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
            file.WriteLine(id);
        }
        catch (IOException) when (Read(root) is not null)
        {
            // Another node marked it at the same moment.
        }

        return Read(root)!;
    }

    /// <summary>The id; null without a marker.</summary>
    public static string? Read(string root)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, FileName)).Trim() is { Length: > 0 } id ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
