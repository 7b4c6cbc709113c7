using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli;

/// <summary>Where picks are written and in what form: a folder or one file per exporter and source below --out. Nothing that lies there is overwritten.</summary>
internal sealed class VetOutput
{
    /// <summary>Makes the folder if need be; a dry run makes none.</summary>
    /// <exception cref="VettingException">InvalidRequest when there can be no such folder.</exception>
    public VetOutput(string root, IReadOnlyList<PartSpec> exporters, bool isDryRun)
    {
        (Exporters, IsDryRun) = (exporters, isDryRun);
        try
        {
            Folder = isDryRun ? Path.GetFullPath(root) : Directory.CreateDirectory(root).FullName;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{root}: cannot be used as a folder: {trouble.Message}", null, trouble);
        }
    }

    /// <summary>The folder given by --out; each exporter makes its folder or file below, named after the source.</summary>
    public string Folder { get; }

    /// <summary>The exporters that write, in order; at least one.</summary>
    public IReadOnlyList<PartSpec> Exporters { get; }

    /// <summary>Whether nothing is written.</summary>
    public bool IsDryRun { get; }
}
