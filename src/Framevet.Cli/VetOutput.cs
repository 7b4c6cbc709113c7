using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli;

/// <summary>Where picks are written and in what form: below --out, by the exporter asked for. Nothing that lies there is overwritten.</summary>
internal sealed class VetOutput
{
    /// <summary>Makes the folder if need be; a dry run makes none.</summary>
    /// <exception cref="VettingException">InvalidRequest when there can be no such folder.</exception>
    public VetOutput(string root, PartSpec exporter, bool isDryRun)
    {
        (Exporter, IsDryRun) = (exporter, isDryRun);
        try
        {
            Folder = isDryRun ? Path.GetFullPath(root) : Directory.CreateDirectory(root).FullName;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{root}: cannot be used as a folder: {trouble.Message}", null, trouble);
        }
    }

    /// <summary>The folder given by --out; the exporter makes its folder or file below, named after the source.</summary>
    public string Folder { get; }

    /// <summary>The exporter that writes.</summary>
    public PartSpec Exporter { get; }

    /// <summary>Whether nothing is written.</summary>
    public bool IsDryRun { get; }

    /// <summary>The exporter with options given as NAME=VALUE, checked.</summary>
    /// <exception cref="VettingException">InvalidRequest naming the fault.</exception>
    public static PartSpec ReadExporter(string id, IEnumerable<string> settings, PartCatalog catalog)
    {
        var spec = new PartSpec(id);
        var known = catalog.Parts.FirstOrDefault(p => p.Kind == PartKind.Exporter && p.Id == id)?.Options ?? [];
        foreach (var setting in settings)
        {
            if (setting.Split('=', 2) is not [{ Length: > 0 } name, var value])
            {
                throw new VettingException(FailureCode.InvalidRequest, $"--export-option takes NAME=VALUE, not '{setting}'.");
            }

            var kind = known.FirstOrDefault(o => o.Name == name)?.Kind;
            spec = kind switch
            {
                PartOptionKind.WholeNumber when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => spec.With(name, whole),
                PartOptionKind.Number when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => spec.With(name, number),
                PartOptionKind.Boolean when bool.TryParse(value, out var isOn) => spec.With(name, isOn),
                _ => spec.With(name, value),
            };
        }

        _ = catalog.Build<Pipeline.Export.IExporter>(spec);
        return spec;
    }
}
