using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Export;

/// <summary>
/// Finished exports in the blob store. One file is a blob as it is. An archive is kept as its files below <c>exports/{id}/</c> and a list, <c>exports/{id}.pieces</c>, and is put together while it is read, so that
/// nothing is stored twice. Whoever takes an export after another writes beside him (<c>exports/{id}-2</c>), so that one who only slept spoils nothing. Thread-safe.
/// </summary>
public sealed class ExportShelf(IBlobStore blobs)
{
    private const string ListEnding = ".pieces";

    /// <summary>Moves a finished export into the store, for the <paramref name="turn"/>-th worker who took it (1..); returns its key.</summary>
    public async Task<string> TakeAsync(Guid id, long turn, ExportedFile made, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(made);
        var place = string.Create(CultureInfo.InvariantCulture, $"exports/{id:N}{(turn > 1 ? $"-{turn}" : "")}");
        if (made.Pieces.IsEmpty)
        {
            var single = $"{place}{Path.GetExtension(made.FileName).ToLowerInvariant()}";
            await blobs.TakeFileAsync(single, made.Path, ct).ConfigureAwait(false);
            return single;
        }

        for (var i = 0; i < made.Pieces.Length; i++)
        {
            await blobs.TakeFileAsync(PieceKey(place, i), made.Pieces[i].Path, ct).ConfigureAwait(false);
        }

        // The list last: what it names is there.
        var list = new PieceList(made.PackedAt, [.. made.Pieces.Select(p => new PieceFact(p.Name, p.Bytes, p.Crc32))]);
        var key = place + ListEnding;
        await blobs.PutAsync(key, JsonSerializer.SerializeToUtf8Bytes(list, PipelineJson.Options), ct).ConfigureAwait(false);
        return key;
    }

    /// <summary>The finished file for reading, seekable; null when it is gone.</summary>
    public async Task<Stream?> OpenAsync(ExportOrder export, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(export);
        if (export.BlobKey is not { } key || !key.EndsWith(ListEnding, StringComparison.Ordinal))
        {
            return export.BlobKey is { } single ? await blobs.OpenReadAsync(single, ct).ConfigureAwait(false) : null;
        }

        if (await ListAsync(key, ct).ConfigureAwait(false) is not { } list)
        {
            return null;
        }

        var folder = key[..^ListEnding.Length];

        // One look for all of them; each is opened, and fetched where the store is far away, when the reader comes to it.
        var here = (await blobs.KeysAsync(folder, ct).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        var entries = ImmutableArray.CreateBuilder<StoredEntry>(list.Pieces.Length);
        for (var i = 0; i < list.Pieces.Length; i++)
        {
            var (piece, place) = (list.Pieces[i], PieceKey(folder, i));
            if (!here.Contains(place))
            {
                return null;
            }

            entries.Add(new StoredEntry(piece.Name, piece.Bytes, piece.Crc32, async token => PiecePack.Open(await blobs.LocalPathAsync(place, token).ConfigureAwait(false))));
        }

        return new StoredZipStream(entries.MoveToImmutable(), list.At);
    }

    /// <summary>Where the finished file can be downloaded without us for a while; null for an archive in pieces, and where the store has no such addresses.</summary>
    public async Task<Uri?> AddressAsync(ExportOrder export, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(export);
        return export is { BlobKey: { } key, FileName: { } name } && !key.EndsWith(ListEnding, StringComparison.Ordinal)
            && await blobs.AddressAsync(key, name, ct).ConfigureAwait(false) is { } address && await blobs.ExistsAsync(key, ct).ConfigureAwait(false) ? address : null;
    }

    /// <summary>Removes the files of an export, the list last, so that an interrupted removal can be repeated; no error when they are gone.</summary>
    public Task DeleteAsync(ExportOrder export, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(export);
        return export.BlobKey is { } key ? DeleteAsync(key, ct) : Task.CompletedTask;
    }

    /// <inheritdoc cref="DeleteAsync(ExportOrder, CancellationToken)"/>
    public async Task DeleteAsync(string key, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.EndsWith(ListEnding, StringComparison.Ordinal) && await ListAsync(key, ct).ConfigureAwait(false) is { } list)
        {
            for (var i = 0; i < list.Pieces.Length; i++)
            {
                await blobs.DeleteAsync(PieceKey(key[..^ListEnding.Length], i), ct).ConfigureAwait(false);
            }
        }

        await blobs.DeleteAsync(key, ct).ConfigureAwait(false);
    }

    private async Task<PieceList?> ListAsync(string key, CancellationToken ct)
    {
        if (await blobs.OpenReadAsync(key, ct).ConfigureAwait(false) is not { } stream)
        {
            return null;
        }

        await using (stream.ConfigureAwait(false))
        {
            return await JsonSerializer.DeserializeAsync<PieceList>(stream, PipelineJson.Options, ct).ConfigureAwait(false);
        }
    }

    private static string PieceKey(string folder, int number) => string.Create(CultureInfo.InvariantCulture, $"{folder}/{number:000000}");

    private sealed record PieceList(DateTimeOffset At, ImmutableArray<PieceFact> Pieces);

    private sealed record PieceFact(string Name, long Bytes, uint Crc32);
}
