using System.Security.Cryptography;
using Framevet.Pipeline.Scoring;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Models;

/// <summary>The models folder: which files of the catalogue lie there and are what the catalogue says. Thread-safe.</summary>
public sealed class ModelStore(ModelCatalog catalog, IOptions<ModelsOptions> options)
{
    /// <summary>The files of a model, checked against their hashes; called before a model is opened.</summary>
    /// <exception cref="VettingException">NotFound for an unknown id, ModelMissing or ModelMismatch naming the file.</exception>
    public ReadyModel Open(string id)
    {
        var entry = catalog.Get(id);
        foreach (var file in entry.Files)
        {
            using var stream = System.IO.File.OpenRead(options.Value.Find(file.Name));
            if (Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
            {
                throw new VettingException(FailureCode.ModelMismatch, $"The model file {file.Name} is not what the catalogue says.");
            }
        }

        return new ReadyModel(entry, Path.GetFullPath(options.Value.Folder));
    }
}

/// <summary>A model whose files are there and checked.</summary>
public sealed record ReadyModel(ModelEntry Entry, string Folder)
{
    /// <summary>Full path of the graph, or of the parameters.</summary>
    public string Path => PathOf(Entry.Main);

    /// <summary>Full path of one of its files.</summary>
    public string PathOf(ModelFile file) => System.IO.Path.Combine(Folder, file.Name);
}
