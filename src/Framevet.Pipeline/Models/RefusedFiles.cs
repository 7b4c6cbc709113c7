using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>
/// Files that were not what the catalogue says. They are moved into the folder <c>refused</c> under a name with their hash, so that nothing opens
/// them and somebody can look at them; where nothing can be moved, they stay and are refused at every use. Thread-safe.
/// </summary>
internal sealed class RefusedFiles(string folder, string stateFolder, TimeProvider time)
{
    /// <summary>Name of the side file within the state folder.</summary>
    public const string FileName = "refused.json";

    /// <summary>Name of the folder within the models folder.</summary>
    public const string FolderName = "refused";

    private readonly StateFile<ImmutableSortedDictionary<string, Refusal>> _book = new(Path.Combine(stateFolder, FileName), ImmutableSortedDictionary<string, Refusal>.Empty);

    /// <summary>The last refusal of a file that has not been replaced since, or null.</summary>
    public Refusal? Of(string name) => _book.Read().GetValueOrDefault(name);

    /// <summary>Puts <paramref name="path"/>, which was to be <paramref name="file"/>, aside.</summary>
    public Refusal PutAside(ModelFile file, string path, string sha256)
    {
        var target = Path.Combine(FolderName, $"{file.ShortName}.{sha256[..12]}");
        string? moved = target.Replace('\\', '/');
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, FolderName));
            File.Move(path, Path.Combine(folder, target), overwrite: true);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            moved = null;
        }

        var refusal = new Refusal(file.Sha256, sha256, moved, time.GetUtcNow());
        _book.Change(b => b.SetItem(file.Name, refusal));
        return refusal;
    }

    /// <summary>Forgets the refusal: a right file came, or nobody wants to know any more.</summary>
    public void Forget(string name)
    {
        if (Of(name) is not null)
        {
            _book.Change(b => b.Remove(name));
        }
    }

    /// <summary>The error that tells a refusal.</summary>
    public static VettingException Error(string model, ModelFile file, Refusal refusal) => new(
        FailureCode.ModelMismatch,
        $"The file {file.Name} of the model '{model}' is not what the catalogue says and was {(refusal.MovedTo is { } moved ? $"moved to {moved}" : "refused")}: SHA-256 {file.Sha256} was expected, {refusal.Sha256} was found.")
    {
        Subjects = [model],
    };

    /// <summary>What was expected, what was found, and where it lies now (within the models folder; null = where it was).</summary>
    internal sealed record Refusal(string Expected, string Sha256, string? MovedTo, DateTimeOffset At);
}
