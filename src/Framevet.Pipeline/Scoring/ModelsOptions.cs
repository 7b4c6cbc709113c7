using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Scoring;

/// <summary>Where model and parameter files lie on this machine.</summary>
public sealed class ModelsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Models";

    /// <summary>Folder with the files that the catalogue of models names.</summary>
    [Required]
    public string Folder { get; set; } = "models";

    /// <summary>Folder for the operator's own entries, accepted licences and what is known of checked files; null = the models folder. For a models folder that cannot be written.</summary>
    public string? StateFolder { get; set; }

    /// <summary>The state folder that holds.</summary>
    internal string State => StateFolder ?? Folder;

    /// <summary>Full path of a file of the folder.</summary>
    /// <exception cref="VettingException">ModelMissing, naming the file, when it is not there.</exception>
    public string Find(string file)
    {
        var path = Path.GetFullPath(Path.Combine(Folder, file));
        return File.Exists(path)
            ? path
            : throw new VettingException(FailureCode.ModelMissing, $"The model file {file} is missing in the models folder.", $"Looked for {path}.");
    }
}
