using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Pictures of a folder or zip as frames, each decoded as the still that it is: own size, orientation and colours. Neighbours of one kind share a process and a batch; where one of them is
/// damaged, each is decoded alone. One that cannot be decoded is skipped, counted and named. Every other file goes to the source behind. Thread-safe.
/// </summary>
internal sealed class FolderFrameSource(IFrameSource files, IMediaProbe probe, FramePool pool) : IFrameSource
{
    // Groups at once, each in one thread of its own.
    private static readonly int Ahead = Math.Clamp(Environment.ProcessorCount, 2, 4);

    /// <inheritdoc/>
    public IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return request.Media.Folder is { } folder ? ReadFolderAsync(request, folder, progress, ct) : files.ReadAsync(request, progress, ct);
    }

    private async IAsyncEnumerable<FrameBatch> ReadFolderAsync(DecodeRequest request, FolderListing folder, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        var wanted = FolderPlan.Wanted(folder.Pictures, request.Plan, request.ResumeAt);
        if (request.ResumeAt is { Index: > 0 } resume && (wanted.IsEmpty || folder.Pictures[wanted[0]].Pts != resume.Pts))
        {
            throw new VettingException(FailureCode.ToolFailed, $"{request.Media.File.DisplayName} no longer holds the picture at which reading was interrupted.");
        }

        using var reader = folder.Open();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var groups = new FolderGroups(reader, probe, folder.Pictures, wanted, request);
        var opening = groups.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var ahead = new Queue<Task<ImmutableArray<Picture>>>();
        var facts = default(DecodeProgress);
        try
        {
            for (var isMore = true; isMore || ahead.Count > 0;)
            {
                while (isMore && ahead.Count < Ahead && (isMore = await opening.MoveNextAsync().ConfigureAwait(false)))
                {
                    ahead.Enqueue(DecodeAsync(groups, opening.Current, request.MaxSide, stop.Token));
                }

                if (ahead.Count == 0)
                {
                    break;
                }

                var pictures = await ahead.Peek().ConfigureAwait(false);
                _ = ahead.Dequeue();
                for (var i = 0; i < pictures.Length; i++)
                {
                    if (pictures[i].Batch is not { } batch)
                    {
                        facts = facts with { Damaged = facts.Damaged + 1, FirstDamage = facts.FirstDamage ?? pictures[i].Fault };
                        Tell(pictures[i..]);
                        continue;
                    }

                    facts = facts with { Decoded = facts.Decoded + batch.Count, Last = batch[batch.Count - 1].Pts };
                    Tell(pictures[i..]);
                    var rest = pictures[(i + 1)..];
                    var isTaken = false;
                    try
                    {
                        yield return batch;
                        isTaken = true;
                    }
                    finally
                    {
                        Drop(isTaken ? [] : rest);
                    }
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var task in ahead)
            {
                await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (task.IsCompletedSuccessfully)
                {
                    Drop(await task.ConfigureAwait(false));
                }
            }

            await opening.DisposeAsync().ConfigureAwait(false);
        }

        if (facts.Decoded == 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{request.Media.File.DisplayName} holds no picture that can be decoded: {facts.FirstDamage ?? "none is wanted by the plan"}");
        }

        void Tell(ImmutableArray<Picture> owned)
        {
            try
            {
                progress.Report(facts);
            }
            catch
            {
                Drop(owned);
                throw;
            }
        }
    }

    /// <summary>The pictures of a group, together in one batch that the caller owns or, where not all of them are sound, each in its own or with the reason why there is none.</summary>
    private async Task<ImmutableArray<Picture>> DecodeAsync(FolderGroups groups, Opened opened, int maxSide, CancellationToken ct)
    {
        if (opened.Group is null)
        {
            return [new Picture(null, opened.Fault)];
        }

        using var group = opened.Group;
        if (group is { Kin: { } kin, Entries.Length: > 1 } && await TogetherAsync(groups, group, kin, maxSide, ct).ConfigureAwait(false) is { } batch)
        {
            return [new Picture(batch, null)];
        }

        var pictures = ImmutableArray.CreateBuilder<Picture>(group.Entries.Length);
        var isDone = false;
        try
        {
            foreach (var entry in group.Entries)
            {
                pictures.Add(await AloneAsync(entry, maxSide, ct).ConfigureAwait(false));
            }

            isDone = true;
            return pictures.ToImmutable();
        }
        finally
        {
            if (!isDone)
            {
                Drop(pictures.ToImmutable());
            }
        }
    }

    private async Task<FrameBatch?> TogetherAsync(FolderGroups groups, FolderGroup group, string kin, int maxSide, CancellationToken ct)
    {
        try
        {
            var example = await groups.FactsAsync(kin, group.Entries[0].Lease.File, ct).ConfigureAwait(false);
            return example.Kind == MediaKind.Still ? await group.DecodeAsync(example, files, pool, maxSide, ct).ConfigureAwait(false) : null;
        }
        catch (VettingException e) when (IsOfTheFile(e))
        {
            return null;
        }
    }

    /// <summary>One picture in a batch that the caller owns, or why there is none.</summary>
    private async Task<Picture> AloneAsync(FolderEntry entry, int maxSide, CancellationToken ct)
    {
        var (picture, index) = (entry.Picture, entry.Index);
        try
        {
            var media = await probe.ProbeAsync(entry.Lease.File, ct).ConfigureAwait(false);
            if (media.Kind != MediaKind.Still)
            {
                return new Picture(null, $"{picture.Name} is no still picture.");
            }

            var damage = new Damage();
            await foreach (var batch in files.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), maxSide), damage, ct).ConfigureAwait(false))
            {
                using (batch)
                {
                    // A video shows half a frame for a moment; half a picture is all there is of it.
                    return damage.First is { } first ? new Picture(null, $"{picture.Name} is damaged: {first}.") : new Picture(Copied(batch[0], index, picture.Pts), null);
                }
            }

            return new Picture(null, $"{picture.Name} holds no picture.");
        }
        catch (VettingException e) when (IsOfTheFile(e))
        {
            return new Picture(null, e.Message);
        }
    }

    private static bool IsOfTheFile(VettingException e) =>
        e.Code is FailureCode.UnsupportedMedia or FailureCode.SourceRefused or FailureCode.SourceTooLarge or FailureCode.SourceUnavailable or FailureCode.ToolFailed;

    private static void Drop(ImmutableArray<Picture> pictures)
    {
        foreach (var picture in pictures)
        {
            picture.Batch?.Dispose();
        }
    }

    private FrameBatch Copied(Frame frame, int index, Pts pts)
    {
        var batch = pool.Rent(frame.Layout, 1);
        frame.Pixels.CopyTo(batch.Add(index, pts, isKey: true));
        return batch;
    }

    private sealed record Picture(FrameBatch? Batch, string? Fault);

    private sealed class Damage : IProgress<DecodeProgress>
    {
        public string? First { get; private set; }

        public void Report(DecodeProgress value) => First ??= value.FirstDamage;
    }
}
