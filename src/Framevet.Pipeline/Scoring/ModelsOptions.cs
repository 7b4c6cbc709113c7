using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Scoring;

/// <summary>Where model and parameter files lie on this machine, and where they may be pulled from.</summary>
public sealed class ModelsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Models";

    /// <summary>Folder with the files that the catalogue of models names.</summary>
    [Required]
    public string Folder { get; set; } = "models";

    /// <summary>Folder for the operator's own entries, accepted licences and what is known of checked files; null = the models folder. For a models folder that cannot be written.</summary>
    public string? StateFolder { get; set; }

    /// <summary>Addresses that hold the catalogue's files under their names, e.g. <c>https://mirror.example.org/models/</c>; asked in order, before the address in the catalogue.</summary>
    public IList<string> Mirrors { get; set; } = [];

    /// <summary>Whether files may be pulled only from <see cref="Mirrors"/>.</summary>
    public bool MirrorsOnly { get; set; }

    /// <summary>Whether addresses within this machine and private networks may be asked, for a mirror of one's own.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Largest file whose size the catalogue does not tell, MiB.</summary>
    [Range(1, 1_048_576)]
    public int MaxFileMegabytes { get; set; } = 4096;

    /// <summary>A download without a byte for so long is given up, seconds.</summary>
    [Range(1, 3600)]
    public int StallSeconds { get; set; } = 60;

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
