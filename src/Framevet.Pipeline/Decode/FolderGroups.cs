using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Decode;

/// <summary>Cuts the wanted pictures of a folder into groups of neighbours of one kind, and knows the facts of each kind. One per reading.</summary>
internal sealed class FolderGroups(FolderReader reader, IMediaProbe probe, ImmutableArray<FolderPicture> pictures, ImmutableArray<int> wanted, DecodeRequest request)
{
    private const int Most = 16;
    private const int MostBytes = 32 * 1024 * 1024;

    private readonly Dictionary<string, Task<MediaInfo>> _facts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    // Some groups for each processor, so that a short folder keeps all of them busy.
    private readonly int _size = Math.Clamp(wanted.Length / (3 * Environment.ProcessorCount), 1, Math.Clamp(MostBytes / Math.Max(1, FilterChain.Layout(request.Media, request.MaxSide).FrameBytes), 1, Most));

    /// <summary>The groups in order; each belongs to the caller. A picture that cannot be opened is an entry whose <see cref="Opened.Fault"/> says why.</summary>
    public async IAsyncEnumerable<Opened> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        FolderGroup? open = null;
        try
        {
            foreach (var index in wanted)
            {
                var (entry, fault) = await OpenAsync(index, ct).ConfigureAwait(false);
                var kin = entry is null ? null : PictureKin.Of(entry.Lease.File.Path);
                if (open is not null && (entry is null || kin is null || kin != open.Kin || open.Entries.Length == _size))
                {
                    yield return new Opened(Taken(ref open), null);
                }

                if (entry is null)
                {
                    yield return new Opened(null, fault);
                    continue;
                }

                open = open is null ? new FolderGroup(kin, [entry]) : open with { Entries = open.Entries.Add(entry) };
                if (kin is null)
                {
                    yield return new Opened(Taken(ref open), null);
                }
            }

            if (open is not null)
            {
                yield return new Opened(Taken(ref open), null);
            }
        }
        finally
        {
            open?.Dispose();
        }
    }

    /// <summary>Facts of a kind of pictures, told by probing the first that is asked about.</summary>
    /// <exception cref="VettingException">As <see cref="IMediaProbe.ProbeAsync"/>.</exception>
    public async Task<MediaInfo> FactsAsync(string kin, SourceFile example, CancellationToken ct)
    {
        Task<MediaInfo> facts;
        lock (_gate)
        {
            facts = _facts.TryGetValue(kin, out var known) ? known : _facts[kin] = probe.ProbeAsync(example, ct);
        }

        try
        {
            return await facts.ConfigureAwait(false);
        }
        catch
        {
            // Another picture of the kind may be sound.
            lock (_gate)
            {
                _ = _facts.Remove(kin);
            }

            throw;
        }
    }

    private async Task<(FolderEntry? Entry, string? Fault)> OpenAsync(int index, CancellationToken ct)
    {
        try
        {
            return (new FolderEntry(pictures[index], index, await reader.OpenAsync(pictures[index], ct).ConfigureAwait(false)), null);
        }
        catch (VettingException e) when (e.Code is FailureCode.UnsupportedMedia or FailureCode.SourceRefused or FailureCode.SourceTooLarge or FailureCode.SourceUnavailable)
        {
            return (null, e.Message);
        }
    }

    private static FolderGroup Taken(ref FolderGroup? open)
    {
        var taken = open!;
        open = null;
        return taken;
    }
}

/// <summary>A group, or why a picture could not be opened.</summary>
internal readonly record struct Opened(FolderGroup? Group, string? Fault);
