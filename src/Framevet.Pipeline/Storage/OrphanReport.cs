using System.Collections.Immutable;

namespace Framevet.Pipeline.Storage;

/// <summary>A file that no record names. <paramref name="Why"/>: one word group, e.g. "no such run".</summary>
public sealed record OrphanBlob(string Key, long Bytes, string Why);

/// <summary>Files without records and records without files. <paramref name="Missing"/>: keys that a record names and the store lacks. <paramref name="Checked"/>: files that were looked at.</summary>
public sealed record OrphanFindings(ImmutableArray<OrphanBlob> Orphans, ImmutableArray<string> Missing, int Checked);

/// <summary>
/// Compares the store of files with the records. It removes nothing: a file that has just come may be seen before its record. The files are listed first, so that one taken out meanwhile is no
/// missing one.
/// </summary>
public sealed class OrphanReport(IBlobStore blobs, IBlobRefs refs)
{
    /// <summary>Looks at everything; takes a listing of the whole store.</summary>
    public async Task<OrphanFindings> MakeAsync(CancellationToken ct)
    {
        var media = await MediaAsync(ct).ConfigureAwait(false);
        var ofRuns = new List<(string Run, string Key)>();
        foreach (var kind in new[] { "thumbs", "frames" })
        {
            foreach (var run in await blobs.FoldersAsync(kind, ct).ConfigureAwait(false))
            {
                ofRuns.AddRange((await blobs.KeysAsync($"{kind}/{run}", ct).ConfigureAwait(false)).Select(key => (run, key)));
            }
        }

        var exports = await ExportsAsync(ct).ConfigureAwait(false);
        var known = await refs.ReadAsync(ct).ConfigureAwait(false);
        (string Key, string Why)[] orphans =
        [
            .. media.Where(key => !known.Media.Contains(key)).Select(key => (key, "no such media")),
            .. ofRuns.Where(f => !known.Runs.Contains(f.Run)).Select(f => (f.Key, "no such run")),
            .. exports.Where(f => !known.Exports.ContainsKey(f.Export)).Select(f => (f.Key, "no such export")),
        ];
        var found = ImmutableArray.CreateBuilder<OrphanBlob>();
        foreach (var (key, why) in orphans)
        {
            // Gone meanwhile is fine.
            if (await blobs.BytesAsync(key, ct).ConfigureAwait(false) is { } bytes)
            {
                found.Add(new OrphanBlob(key, bytes, why));
            }
        }

        var here = media.Concat(exports.Select(f => f.Key)).ToHashSet(StringComparer.Ordinal);
        var missing = ImmutableArray.CreateBuilder<string>();
        foreach (var key in known.Media.Concat(known.Exports.Values).Where(k => !here.Contains(k)).Order(StringComparer.Ordinal))
        {
            if (!await blobs.ExistsAsync(key, ct).ConfigureAwait(false))
            {
                missing.Add(key);
            }
        }

        return new OrphanFindings(found.ToImmutable(), missing.ToImmutable(), media.Count + ofRuns.Count + exports.Count);
    }

    private async Task<List<string>> MediaAsync(CancellationToken ct)
    {
        var media = new List<string>();
        foreach (var folder in await blobs.FoldersAsync("media", ct).ConfigureAwait(false))
        {
            media.AddRange(await blobs.KeysAsync($"media/{folder}", ct).ConfigureAwait(false));
        }

        return media;
    }

    // An export is a file named after it, or a list beside a folder of that name.
    private async Task<List<(string Export, string Key)>> ExportsAsync(CancellationToken ct)
    {
        var exports = (await blobs.KeysAsync("exports", ct).ConfigureAwait(false)).Select(key => (Path.GetFileNameWithoutExtension(key), key)).ToList();
        foreach (var folder in await blobs.FoldersAsync("exports", ct).ConfigureAwait(false))
        {
            exports.AddRange((await blobs.KeysAsync($"exports/{folder}", ct).ConfigureAwait(false)).Select(key => (folder, key)));
        }

        return exports;
    }
}
