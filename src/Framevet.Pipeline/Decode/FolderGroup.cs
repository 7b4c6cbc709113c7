using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Decode;

/// <summary>One picture on its way: its place, and the file for as long as it is needed.</summary>
internal sealed record FolderEntry(FolderPicture Picture, int Index, FolderReader.Lease Lease) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Lease.Dispose();
}

/// <summary>Neighbouring pictures of one kind (<see cref="PictureKin"/>), decoded by one process; a single picture where <paramref name="Kin"/> is null.</summary>
internal sealed record FolderGroup(string? Kin, ImmutableArray<FolderEntry> Entries) : IDisposable
{
    /// <summary>
    /// The pictures in a batch of their own that the caller owns, by one ffmpeg over numbered links to their files; null when anything at all went wrong, so that each picture has to be
    /// looked at alone.
    /// </summary>
    public async Task<FrameBatch?> DecodeAsync(MediaInfo example, IFrameSource files, FramePool pool, int maxSide, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("framevet-row-").FullName;
        try
        {
            if (!Link(folder, out var pattern))
            {
                return null;
            }

            // ffmpeg's demuxer of numbered pictures stamps them 0, 1, 2 in units of a 25th.
            var row = example with { File = example.File with { Path = pattern }, Container = "image2", TimeBase = new TimeBase(1, 25), StartPts = 0 };
            return await ReadAsync(files.ReadAsync(new DecodeRequest(row, new DecodePlan.EveryFrame(), maxSide), Facts, ct), pool, ct).ConfigureAwait(false);
        }
        catch (VettingException e) when (e.Code is FailureCode.UnsupportedMedia or FailureCode.SourceRefused or FailureCode.SourceTooLarge or FailureCode.SourceUnavailable or FailureCode.ToolFailed)
        {
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in Entries)
        {
            entry.Dispose();
        }
    }

    private Damage Facts { get; } = new();

    // Names are ours, so that nothing in the name of a file is read as part of the pattern. Where links cannot be made, there are no groups.
    private bool Link(string folder, out string pattern)
    {
        var ending = Kin!.StartsWith("png", StringComparison.Ordinal) ? ".png" : ".jpg";
        pattern = Path.Combine(folder.Replace("%", "%%", StringComparison.Ordinal), "%06d" + ending);
        try
        {
            for (var i = 0; i < Entries.Length; i++)
            {
                _ = File.CreateSymbolicLink(Path.Combine(folder, $"{i:000000}{ending}"), Path.GetFullPath(Entries[i].Lease.File.Path));
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task<FrameBatch?> ReadAsync(IAsyncEnumerable<FrameBatch> batches, FramePool pool, CancellationToken ct)
    {
        FrameBatch? whole = null;
        var isDone = false;
        try
        {
            await foreach (var batch in batches.WithCancellation(ct).ConfigureAwait(false))
            {
                using (batch)
                {
                    whole ??= pool.Rent(batch.Layout, Entries.Length);
                    for (var i = 0; i < batch.Count; i++)
                    {
                        if (whole.Count >= Entries.Length || batch[i].Pts.Value != whole.Count)
                        {
                            return null;
                        }

                        var entry = Entries[whole.Count];
                        batch[i].Pixels.CopyTo(whole.Add(entry.Index, entry.Picture.Pts, isKey: true));
                    }
                }
            }

            isDone = Facts.IsSound && whole?.Count == Entries.Length;
            return isDone ? whole : null;
        }
        finally
        {
            if (!isDone)
            {
                whole?.Dispose();
            }
        }
    }

    private sealed class Damage : IProgress<DecodeProgress>
    {
        public bool IsSound { get; private set; } = true;

        public void Report(DecodeProgress value) => IsSound &= value is { Damaged: 0, FirstDamage: null };
    }
}
