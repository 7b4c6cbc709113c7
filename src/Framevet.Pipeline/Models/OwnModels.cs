using System.Security.Cryptography;
using Framevet.Pipeline.Scoring.Onnx;

namespace Framevet.Pipeline.Models;

/// <summary>Takes an operator's ONNX file into the folder and its entry into the catalogue. Thread-safe.</summary>
public sealed class OwnModels(ModelCatalog catalog, ModelStore store, OnnxModels runtime)
{
    /// <summary>
    /// Adds a model; the file is moved. It is loaded and run once, so that shapes which do not fit are told now and not in a run; then neither
    /// entry nor file stay.
    /// </summary>
    /// <exception cref="VettingException">InvalidRequest (the description), Conflict (id taken, folder not writable), ModelMismatch (the graph is not as described).</exception>
    public async Task<ModelEntry> AddAsync(OwnModel own, string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(own);
        var entry = catalog.Add(await DescribeAsync(own, path, ct).ConfigureAwait(false));
        try
        {
            store.Take(entry.Id, entry.Main, path, entry.Main.Sha256);
            await Task.Run(() => runtime.Get(entry.Id), ct).ConfigureAwait(false);
            return entry;
        }
        catch (Exception trouble)
        {
            // Without the runtime the graph cannot be looked into, but the model is as good as one that was copied.
            if (trouble is VettingException { Code: FailureCode.ToolMissing })
            {
                return entry;
            }

            store.Remove(entry.Id);
            catalog.Forget(entry.Id);
            if (trouble is IOException or UnauthorizedAccessException)
            {
                throw new VettingException(FailureCode.Conflict, $"The file cannot be taken into {store.Folder}: {trouble.Message}", null, trouble);
            }

            throw;
        }
    }

    private static async Task<ModelEntry> DescribeAsync(OwnModel own, string path, CancellationToken ct)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using var reading = stream.ConfigureAwait(false);
            return own.ToEntry(stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false)));
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{Path.GetFileName(path)}: cannot be read: {trouble.Message}", null, trouble);
        }
    }
}
