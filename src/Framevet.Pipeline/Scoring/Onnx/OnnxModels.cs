using System.Collections.Concurrent;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Loads models of the catalogue, each once for all runs: file checked against its hash, shapes against the entry, run once to warm up. Thread-safe.</summary>
public sealed class OnnxModels : IDisposable
{
    private readonly ModelStore _store;
    private readonly InferenceOptions _options;
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>Models of a folder.</summary>
    public OnnxModels(ModelStore store, IOptions<InferenceOptions>? options = null) => (_store, _options) = (store, options?.Value ?? new InferenceOptions());

    /// <summary>What computes the models that are loaded, by id.</summary>
    public IReadOnlyDictionary<string, OnnxProvider> Providers =>
        _slots.Where(s => s.Value.Model is not null).ToDictionary(s => s.Key, s => s.Value.Model!.Session.Provider, StringComparer.Ordinal);

    /// <summary>Why the model with this id cannot be loaded, by what is known of its files, as a sentence; null when it can be tried.</summary>
    internal string? WhyNot(string id)
    {
        try
        {
            return _store.Look(id) is { IsUsable: false } status ? status.Trouble : null;
        }
        catch (VettingException unknown)
        {
            return unknown.Message;
        }
    }

    /// <summary>The model with this id; a file that was exchanged is loaded anew.</summary>
    /// <exception cref="VettingException">NotFound, ModelMissing, ModelMismatch or ToolMissing, naming the file.</exception>
    internal LoadedModel Get(string id)
    {
        // Hashes are checked each time somebody begins a run; loading is what happens once.
        var ready = _store.Open(id);
        var stamp = Stamp(ready);
        var slot = _slots.GetOrAdd(id, _ => new Slot());
        lock (slot)
        {
            if (slot.Model is null || slot.Stamp != stamp)
            {
                // A run that still uses the old one keeps it; its memory goes when nobody holds it.
                (slot.Model, slot.Stamp) = (Load(ready), stamp);
            }

            return slot.Model;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots.Values)
        {
            lock (slot)
            {
                slot.Model?.Dispose();
                slot.Model = null;
            }
        }
    }

    private LoadedModel Load(ReadyModel ready)
    {
        var session = OnnxSession.Open(ready.Path, _options);
        try
        {
            ModelShapes.Check(ready.Entry, session);
            var model = new LoadedModel(ready.Entry, session, _options, ready);
            ModelShapes.WarmUp(model);
            return model;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static (string Path, long Length, DateTime Written) Stamp(ReadyModel ready)
    {
        var file = new FileInfo(ready.Path);
        return (file.FullName, file.Length, file.LastWriteTimeUtc);
    }

    private sealed class Slot
    {
        public LoadedModel? Model { get; set; }

        public (string Path, long Length, DateTime Written) Stamp { get; set; }
    }
}
