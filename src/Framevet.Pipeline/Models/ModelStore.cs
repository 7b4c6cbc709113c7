using System.Collections.Immutable;
using Framevet.Pipeline.Scoring;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Models;

/// <summary>
/// The models folder: which files of the catalogue lie there and are what the catalogue says. A file is read and its hash compared before its
/// first use; one that differs is put aside. Thread-safe.
/// </summary>
public sealed class ModelStore
{
    /// <summary>Ending of a file that is still coming.</summary>
    internal const string PartEnding = ".part";

    private static readonly string[] StateNames = [CheckedFiles.FileName, RefusedFiles.FileName, LicenceBook.FileName, "manifest.json", "README.md"];

    private readonly ModelCatalog _catalog;
    private readonly CheckedFiles _checked;
    private readonly RefusedFiles _refused;
    private readonly LicenceBook _licences;
    private readonly TimeProvider _time;

    /// <summary>Opens the folder; nothing is read or made.</summary>
    public ModelStore(ModelCatalog catalog, IOptions<ModelsOptions> options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _catalog = catalog;
        Folder = Path.GetFullPath(options.Value.Folder);
        var state = Path.GetFullPath(options.Value.State);
        _time = time ?? TimeProvider.System;
        _checked = new CheckedFiles(Folder, state, _time);
        _refused = new RefusedFiles(Folder, state, _time);
        _licences = new LicenceBook(state, _time);
    }

    /// <summary>Full path of the models folder.</summary>
    public string Folder { get; }

    /// <summary>How a model stands by what is known; reads no model file.</summary>
    /// <exception cref="VettingException">NotFound for an unknown id.</exception>
    public ModelStatus Look(string id) => Look(_catalog.Get(id));

    /// <summary>How all models stand, in the order of the catalogue; reads no model file.</summary>
    public ImmutableArray<ModelStatus> LookAtAll() => [.. _catalog.Entries.Select(Look)];

    /// <summary>The files of a model, checked; called before a model is opened. Reads a file that is not known yet, which takes about a second per gigabyte.</summary>
    /// <exception cref="VettingException">NotFound for an unknown id; ModelMissing, ModelMismatch or LicenceNotAccepted, naming model and file.</exception>
    public ReadyModel Open(string id)
    {
        var entry = _catalog.Get(id);
        MustBeAccepted(entry);
        foreach (var file in entry.Files)
        {
            MustBeRight(entry, file);
        }

        return new ReadyModel(entry, Folder);
    }

    /// <summary>Reads all files of a model that are there, whatever is known of them. What differs is put aside and told in the status.</summary>
    /// <exception cref="VettingException">NotFound for an unknown id.</exception>
    public async Task<ModelStatus> VerifyAsync(string id, CancellationToken ct)
    {
        var entry = _catalog.Get(id);
        foreach (var file in entry.Files.Where(f => System.IO.File.Exists(PathOf(f))))
        {
            await Task.Delay(_checked.Settling(file.Name), _time, ct).ConfigureAwait(false);
            var found = await Task.Run(() => _checked.Read(file.Name, ct), ct).ConfigureAwait(false);
            if (found != file.Sha256)
            {
                Refuse(file, found);
            }
            else
            {
                _refused.Forget(file.Name);
            }
        }

        return Look(entry);
    }

    /// <summary>Writes down that <paramref name="who"/> accepts the terms of a model.</summary>
    /// <exception cref="VettingException">NotFound for an unknown id, InvalidRequest when the state folder cannot be written.</exception>
    public LicenceAcceptance Accept(string id, string who) =>
        _catalog.Get(id) is var entry && _licences.For(entry) is { } before ? before : _licences.Accept(entry, who);

    /// <summary>
    /// Gives files that were copied into the folder under another name the name that the catalogue expects: a file of no entry whose hash is
    /// that of a missing one. Returns the names taken.
    /// </summary>
    public async Task<ImmutableArray<string>> AdoptAsync(CancellationToken ct)
    {
        var wanted = _catalog.Entries.SelectMany(e => e.Files).Where(f => !System.IO.File.Exists(PathOf(f))).ToLookup(f => f.Sha256);
        var sizes = wanted.SelectMany(w => w).Select(f => f.Bytes).ToHashSet();
        var adopted = ImmutableArray.CreateBuilder<string>();
        foreach (var name in Strays())
        {
            // A file whose size no missing one has need not be read; one entry of unknown size makes every size possible.
            if (!sizes.Contains(null) && !sizes.Contains(new FileInfo(Path.Combine(Folder, name)).Length))
            {
                continue;
            }

            var hash = _checked.Known(name) ?? await Task.Run(() => _checked.Read(name, ct), ct).ConfigureAwait(false);
            if (wanted[hash].FirstOrDefault() is { } file && TryRename(name, file))
            {
                adopted.Add(file.Name);
            }
        }

        return adopted.ToImmutable();
    }

    /// <summary>Deletes the files of a model, finished or not, that no other entry needs. The catalogue entry stays.</summary>
    /// <exception cref="VettingException">NotFound for an unknown id, Conflict when a file cannot be deleted.</exception>
    public void Remove(string id)
    {
        var entry = _catalog.Get(id);
        var shared = _catalog.Entries.Where(e => e.Id != id && Look(e).HasFiles).SelectMany(e => e.Files).Select(f => f.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var file in entry.Files)
        {
            _refused.Forget(file.Name);
            foreach (var path in new[] { PathOf(file), PathOf(file) + PartEnding }.Where(p => System.IO.File.Exists(p) && !shared.Contains(file.Name)))
            {
                Delete(path, file);
            }
        }
    }

    /// <summary>Full path of a file of the catalogue, whether it is there or not.</summary>
    internal string PathOf(ModelFile file) => Path.Combine(Folder, file.Name);

    /// <summary>Whether the file, which is there, is what the catalogue says; one that is not is put aside.</summary>
    internal bool IsRight(ModelFile file)
    {
        var found = _checked.Hash(file.Name);
        if (found != file.Sha256)
        {
            Refuse(file, found);
            return false;
        }

        return true;
    }

    /// <summary>Moves a finished file of the right content to its place, in one step.</summary>
    /// <exception cref="VettingException">ModelMismatch: it has been put aside.</exception>
    internal void Take(string model, ModelFile file, string path, string sha256)
    {
        if (sha256 != file.Sha256)
        {
            throw RefusedFiles.Error(model, file, _refused.PutAside(file, path, sha256));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        System.IO.File.Move(path, PathOf(file), overwrite: true);
        _refused.Forget(file.Name);
        _checked.Remember(file.Name, sha256);
    }

    /// <summary>Fails unless the terms have been accepted, where that is needed.</summary>
    /// <exception cref="VettingException">LicenceNotAccepted.</exception>
    internal void MustBeAccepted(ModelEntry entry)
    {
        if (entry.Licence.NeedsAcceptance && _licences.For(entry) is null)
        {
            throw new VettingException(FailureCode.LicenceNotAccepted, $"The terms of the model '{entry.Id}' ({entry.Licence.Id}) must be accepted first: {entry.Licence.Allows}") { Subjects = [entry.Id] };
        }
    }

    private ModelStatus Look(ModelEntry entry)
    {
        var files = entry.Files.Select(Look).ToImmutableArray();
        var acceptance = _licences.For(entry);
        var state = entry.Licence.NeedsAcceptance && acceptance is null ? ModelState.NeedsAcceptance : files.Max(f => f.State);
        return new ModelStatus(entry, state, files, acceptance);
    }

    private ModelFileStatus Look(ModelFile file)
    {
        var (here, part) = (new FileInfo(PathOf(file)), new FileInfo(PathOf(file) + PartEnding));
        if (here.Exists)
        {
            var known = _checked.Known(file.Name);
            var state = known is null ? ModelState.Unverified : known == file.Sha256 ? ModelState.Ready : ModelState.WrongHash;
            return new ModelFileStatus(file, state, here.Length, _checked.CheckedAt(file.Name), state == ModelState.WrongHash ? known : null);
        }

        return part.Exists ? new ModelFileStatus(file, ModelState.Partial, part.Length, null)
            : _refused.Of(file.Name) is { } refusal ? new ModelFileStatus(file, ModelState.WrongHash, 0, refusal.At, refusal.Sha256, refusal.MovedTo)
            : new ModelFileStatus(file, ModelState.Missing, 0, null);
    }

    private void MustBeRight(ModelEntry entry, ModelFile file)
    {
        if (!System.IO.File.Exists(PathOf(file)))
        {
            throw new VettingException(FailureCode.ModelMissing, $"The file {file.Name} of the model '{entry.Id}' is missing in the models folder.", $"Looked for {PathOf(file)}.") { Subjects = [entry.Id] };
        }

        string found;
        try
        {
            found = _checked.Hash(file.Name);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.ModelMissing, $"The file {file.Name} of the model '{entry.Id}' cannot be read.", trouble.Message, trouble) { Subjects = [entry.Id] };
        }

        if (found != file.Sha256)
        {
            throw RefusedFiles.Error(entry.Id, file, Refuse(file, found));
        }
    }

    // A file under the wrong name of the catalogue only has to change its name.
    private RefusedFiles.Refusal Refuse(ModelFile file, string found)
    {
        var right = _catalog.Entries.SelectMany(e => e.Files).FirstOrDefault(f => f.Sha256 == found);
        if (right is not null && !System.IO.File.Exists(PathOf(right)) && TryRename(file.Name, right))
        {
            return new RefusedFiles.Refusal(file.Sha256, found, right.Name, default);
        }

        return _refused.PutAside(file, PathOf(file), found);
    }

    private bool TryRename(string name, ModelFile file)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            System.IO.File.Move(Path.Combine(Folder, name), PathOf(file), overwrite: false);
            _checked.Forget(name);
            _refused.Forget(file.Name);
            _checked.Hash(file.Name);
            return true;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Names of files in the folder, not in folders of it, that no entry names.
    private List<string> Strays()
    {
        var named = _catalog.Entries.SelectMany(e => e.Files).Select(f => f.Name).Concat(StateNames).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder).Select(p => Path.GetFileName(p)).Where(n => !named.Contains(n) && !n.EndsWith(PartEnding, StringComparison.Ordinal) && !n.StartsWith('.')).Order(StringComparer.Ordinal)]
            : [];
    }

    private void Delete(string path, ModelFile file)
    {
        try
        {
            System.IO.File.Delete(path);
            System.IO.File.Delete(path + ".json");
            _checked.Forget(file.Name);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.Conflict, $"The file {file.Name} cannot be deleted: {trouble.Message}", null, trouble);
        }
    }
}

/// <summary>A model whose files are there and checked. <paramref name="Folder"/>: full path of the models folder.</summary>
public sealed record ReadyModel(ModelEntry Entry, string Folder)
{
    /// <summary>Full path of the graph, or of the parameters.</summary>
    public string Path => PathOf(Entry.Main);

    /// <summary>Full path of one of its files.</summary>
    public string PathOf(ModelFile file) => System.IO.Path.Combine(Folder, file.Name);
}
