using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli;

/// <summary>Where picks are written and in what form: a folder per file below --out, or a zip per file in it.</summary>
internal sealed class VetOutput
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _root;
    private readonly bool _isZip;

    /// <summary>Makes the folder if need be.</summary>
    /// <exception cref="VettingException">InvalidRequest when there can be no such folder.</exception>
    public VetOutput(string root, bool isZip)
    {
        try
        {
            (_root, _isZip) = (Directory.CreateDirectory(root).FullName, isZip);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{root}: cannot be used as a folder: {trouble.Message}", null, trouble);
        }
    }

    /// <summary>The exporter that writes.</summary>
    public PartSpec Exporter => new(_isZip ? "zip" : "folder");

    /// <summary>The folder for the picks of one file; of files with the same name each gets its own.</summary>
    /// <exception cref="VettingException">InvalidRequest when files lie there already: a manifest must list what is beside it.</exception>
    public string FolderFor(string path)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        var name = stem;
        for (var n = 2; !_taken.Add(name); n++)
        {
            name = string.Create(Printing.Culture, $"{stem}-{n}");
        }

        if (_isZip)
        {
            return name == stem ? _root : Path.Combine(_root, name);
        }

        var folder = Path.Combine(_root, name);
        return Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()
            ? throw new VettingException(FailureCode.InvalidRequest, $"{folder}: is not empty; remove it or choose another --out.")
            : folder;
    }
}
