using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Pictures of a folder or zip as frames, each decoded as the still that it is: own size, orientation and colours, in a batch of its own, some at a time. One that cannot be decoded is
/// skipped, counted and named. Every other file goes to the source behind. Thread-safe.
/// </summary>
internal sealed class FolderFrameSource(IFrameSource files, IMediaProbe probe, FramePool pool) : IFrameSource
{
    // A picture costs two short processes; more at once than there are cores gains nothing.
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
        var ahead = new Queue<Task<Picture>>();
        var (next, facts) = (0, default(DecodeProgress));
        try
        {
            while (true)
            {
                while (next < wanted.Length && ahead.Count < Ahead)
                {
                    ahead.Enqueue(DecodeAsync(reader, folder.Pictures[wanted[next]], wanted[next], request.MaxSide, stop.Token));
                    next++;
                }

                if (ahead.Count == 0)
                {
                    break;
                }

                var picture = await ahead.Peek().ConfigureAwait(false);
                _ = ahead.Dequeue();
                facts = picture.Batch is { } batch
                    ? facts with { Decoded = facts.Decoded + 1, Last = batch[0].Pts }
                    : facts with { Damaged = facts.Damaged + 1, FirstDamage = facts.FirstDamage ?? picture.Fault };
                Tell(picture.Batch);
                if (picture.Batch is not null)
                {
                    yield return picture.Batch;
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
                    (await task.ConfigureAwait(false)).Batch?.Dispose();
                }
            }
        }

        if (facts.Decoded == 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{request.Media.File.DisplayName} holds no picture that can be decoded: {facts.FirstDamage ?? "none is wanted by the plan"}");
        }

        void Tell(FrameBatch? owned)
        {
            try
            {
                progress.Report(facts);
            }
            catch
            {
                owned?.Dispose();
                throw;
            }
        }
    }

    /// <summary>One picture in a batch that the caller owns, or why there is none.</summary>
    private async Task<Picture> DecodeAsync(FolderReader reader, FolderPicture picture, int index, int maxSide, CancellationToken ct)
    {
        try
        {
            using var lease = await reader.OpenAsync(picture, ct).ConfigureAwait(false);
            var media = await probe.ProbeAsync(lease.File, ct).ConfigureAwait(false);
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
        catch (VettingException e) when (e.Code is FailureCode.UnsupportedMedia or FailureCode.SourceRefused or FailureCode.SourceTooLarge or FailureCode.SourceUnavailable or FailureCode.ToolFailed)
        {
            return new Picture(null, e.Message);
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
