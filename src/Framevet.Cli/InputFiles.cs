using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli;

/// <summary>Turns the paths of the command line into files: a folder stands for the media files below it.</summary>
internal static class InputFiles
{
    // A zip of pictures is vetted when it is named, not because it lies in a folder.
    private static readonly string[] Endings = [.. new SubmitLimits().Extensions.Where(e => e != ".zip")];

    /// <summary>
    /// Files in the order given, those of a folder by name; each once. A path without any file comes with the reason. <paramref name="keepsFolders"/>: a folder is one source;
    /// <paramref name="keepsLinks"/>: a link stays what it is.
    /// </summary>
    public static IReadOnlyList<InputFile> Find(IEnumerable<string> paths, bool keepsFolders, bool keepsLinks = false) =>
        [.. paths.SelectMany(p => (keepsFolders && Directory.Exists(p)) || (keepsLinks && LinkDownload.IsLink(p)) ? [new InputFile(p, null)] : Expand(p))
            .DistinctBy(f => f.Fault is null && !LinkDownload.IsLink(f.Path) ? Path.GetFullPath(f.Path) : f.Path)];

    private static IEnumerable<InputFile> Expand(string path)
    {
        if (!Directory.Exists(path))
        {
            return [File.Exists(path) ? new InputFile(path, null) : new InputFile(path, $"{path}: there is no such file.")];
        }

        // Hidden folders and files are not what somebody means by "this folder"; links could lead in a circle.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        string[] files = [.. Directory.EnumerateFiles(path, "*", options)
            .Where(f => Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
        return files.Length == 0 ? [new InputFile(path, $"{path}: the folder has no media files.")] : files.Select(f => new InputFile(f, null));
    }
}

/// <summary>One file, or the reason why there is none.</summary>
internal sealed record InputFile(string Path, string? Fault);
