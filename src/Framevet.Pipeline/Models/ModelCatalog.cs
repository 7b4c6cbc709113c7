using System.Collections.Frozen;
using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Models;

/// <summary>
/// All models that Framevet knows: the built-in manifest and the operator's own entries, one JSON file each in the folder <c>own</c> of the state
/// folder. Own entries are read again when they change. Thread-safe.
/// </summary>
public sealed class ModelCatalog
{
    private const string Resource = "models/manifest.json";
    private const int MaxEntryBytes = 1024 * 1024;

    private static readonly Lazy<ImmutableArray<ModelEntry>> BuiltIn = new(ReadBuiltIn);

    private readonly Lock _gate = new();
    private readonly string _ownFolder;
    private Known _known;

    /// <summary>Reads all entries.</summary>
    /// <exception cref="VettingException">InvalidRequest, naming the file and the entry that is not sound or whose id or file is taken.</exception>
    public ModelCatalog(IOptions<ModelsOptions> options)
        : this(options, BuiltIn.Value)
    {
    }

    internal ModelCatalog(IOptions<ModelsOptions> options, ImmutableArray<ModelEntry> builtIn)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ownFolder = Path.Combine(options.Value.State, "own");
        Shipped = builtIn;
        _known = Read();
    }

    /// <summary>The built-in entries.</summary>
    public ImmutableArray<ModelEntry> Shipped { get; }

    /// <summary>All entries, the built-in ones first.</summary>
    public ImmutableArray<ModelEntry> Entries => Volatile.Read(ref _known).Entries;

    /// <summary>The entry with this id, or null.</summary>
    public ModelEntry? Find(string id) => Volatile.Read(ref _known).ById.GetValueOrDefault(id);

    /// <summary>The entry with this id.</summary>
    /// <exception cref="VettingException">NotFound, with the nearest known id.</exception>
    public ModelEntry Get(string id) =>
        Find(id) ?? throw new VettingException(FailureCode.NotFound, $"There is no model '{id}' ({Suggestion.For(id, Entries.Select(e => e.Id))}).");

    /// <summary>Adds an operator's entry and keeps it.</summary>
    /// <exception cref="VettingException">InvalidRequest for an unsound entry, Conflict for an id or file that another entry has.</exception>
    public ModelEntry Add(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (ModelEntryCheck.Faults(entry).FirstOrDefault() is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The entry '{entry.Id}' is not sound: {fault}.");
        }

        lock (_gate)
        {
            var own = entry with { IsOwn = true };
            var path = PathOf(entry.Id);
            _ = Join([.. _known.Entries, own], _ => path);
            Directory.CreateDirectory(_ownFolder);
            var draft = $"{path}.new";
            File.WriteAllBytes(draft, ModelManifest.Write(entry));
            File.Move(draft, path, overwrite: false);
            Volatile.Write(ref _known, Read());
            return own;
        }
    }

    /// <summary>Forgets an operator's entry; its files stay. False when there is no such own entry.</summary>
    public bool Forget(string id)
    {
        lock (_gate)
        {
            if (Find(id) is not { IsOwn: true })
            {
                return false;
            }

            File.Delete(PathOf(id));
            Volatile.Write(ref _known, Read());
            return true;
        }
    }

    /// <summary>Reads the operator's entries again.</summary>
    /// <exception cref="VettingException">InvalidRequest; the entries known before stay.</exception>
    public void Reload()
    {
        lock (_gate)
        {
            Volatile.Write(ref _known, Read());
        }
    }

    private string PathOf(string id) => Path.Combine(_ownFolder, $"{id}.json");

    private Known Read()
    {
        var paths = Directory.Exists(_ownFolder) ? Directory.GetFiles(_ownFolder, "*.json") : [];
        Array.Sort(paths, StringComparer.Ordinal);
        return Join([.. Shipped, .. paths.Select(ReadOwn)], e => PathOf(e.Id));
    }

    private static ModelEntry ReadOwn(string path)
    {
        if (new FileInfo(path).Length > MaxEntryBytes)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{path}: it is far too large for an entry.");
        }

        var entry = ModelManifest.ParseEntry(File.ReadAllBytes(path), path);
        return entry.Id == Path.GetFileNameWithoutExtension(path)
            ? entry with { IsOwn = true }
            : throw new VettingException(FailureCode.InvalidRequest, $"{path}: it holds the entry '{entry.Id}', so it must be called {entry.Id}.json.");
    }

    // Two entries may not share an id, nor may two share a file with different content.
    private static Known Join(ImmutableArray<ModelEntry> entries, Func<ModelEntry, string> pathOf)
    {
        var byId = new Dictionary<string, ModelEntry>(StringComparer.Ordinal);
        var byFile = new Dictionary<string, (string Sha256, string Id)>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
        {
            if (!byId.TryAdd(entry.Id, entry))
            {
                throw new VettingException(FailureCode.Conflict, $"{Where(entry)}: there is a model '{entry.Id}' already; choose another id.");
            }

            foreach (var file in entry.Files)
            {
                if (!byFile.TryAdd(file.Name, (file.Sha256, entry.Id)) && byFile[file.Name].Sha256 != file.Sha256)
                {
                    throw new VettingException(FailureCode.Conflict, $"{Where(entry)}: the file {file.Name} of '{entry.Id}' belongs to the model '{byFile[file.Name].Id}' already; choose another name.");
                }
            }
        }

        return new Known(entries, byId.ToFrozenDictionary(StringComparer.Ordinal));

        string Where(ModelEntry entry) => entry.IsOwn ? pathOf(entry) : Resource;
    }

    private static ImmutableArray<ModelEntry> ReadBuiltIn()
    {
        using var stream = typeof(ModelCatalog).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return ModelManifest.Parse(copy.ToArray(), Resource);
    }

    private sealed record Known(ImmutableArray<ModelEntry> Entries, FrozenDictionary<string, ModelEntry> ById);
}
