using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli;

/// <summary>Where picks are written and in what form: a folder per file below --out, or a zip per file in it. Nothing that lies there is overwritten.</summary>
internal sealed class VetOutput
{
    private readonly bool _isZip;

    /// <summary>Makes the folder if need be.</summary>
    /// <exception cref="VettingException">InvalidRequest when there can be no such folder.</exception>
    public VetOutput(string root, bool isZip)
    {
        try
        {
            (Folder, _isZip) = (Directory.CreateDirectory(root).FullName, isZip);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{root}: cannot be used as a folder: {trouble.Message}", null, trouble);
        }
    }

    /// <summary>The folder given by --out; the exporter makes its folder or zip below, named after the source.</summary>
    public string Folder { get; }

    /// <summary>The exporter that writes.</summary>
    public PartSpec Exporter => new(_isZip ? "zip" : "folder");
}
