using System.Globalization;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Segments;

/// <summary>Takes segments and measures them, one at a time for each caller, and stores how that ended. Thread-safe.</summary>
public sealed class SegmentWorker(ISegmentStore store, ISegmentCrew crew, SegmentMeasuring measuring, IRunStore runs, IRunEvents events, IBlobStore blobs, WorkNode node, DiskReserve reserve, IOptions<FanOutOptions> options, TimeProvider time, ILogger<SegmentWorker> logger)
{
    /// <summary>Folder of the keys of results, whose names begin with the run.</summary>
    public const string Folder = "segments";

    /// <summary>Measures segments of somebody else's run, one after the other, as long as there are any and <paramref name="mayGoOn"/> says so. How many.</summary>
    public async Task<int> HelpAsync(RunId id, Func<CancellationToken, Task<bool>> mayGoOn, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(mayGoOn);
        if (reserve.IsShort || await runs.GetAsync(id, stopping).ConfigureAwait(false) is not { State: RunState.Running } run)
        {
            return 0;
        }

        var file = new SourceFile(await blobs.LocalPathAsync(run.MediaKey, stopping).ConfigureAwait(false), run.SourceName, run.MediaBytes) { Sampler = run.Recipe.Sampler };
        var done = 0;
        while (!stopping.IsCancellationRequested && !reserve.IsShort && await TryWorkAsync(run, file, stopping).ConfigureAwait(false))
        {
            done++;
            if (!await mayGoOn(stopping).ConfigureAwait(false))
            {
                break;
            }
        }

        return done;
    }

    /// <summary>Takes one segment of the run and measures it; false when there is none to take, or it had to be given back.</summary>
    public async Task<bool> TryWorkAsync(Run run, SourceFile file, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (await store.TryClaimAsync(run.Id, node, crew.Version, options.Value.MaxAttempts, stopping).ConfigureAwait(false) is not { } lease)
        {
            return false;
        }

        using var lost = new CancellationTokenSource();
        using var work = CancellationTokenSource.CreateLinkedTokenSource(stopping, lost.Token, reserve.Pressure);
        using var over = new CancellationTokenSource();
        var seen = new Counter();
        Task[] watching = [BeatAsync(lease, seen, lost, over.Token), ListenAsync(run.Id, lost, over.Token)];
        try
        {
            return await MeasureAsync(run, file, lease, seen, work.Token).ConfigureAwait(false);
        }
        catch (Exception trouble) when (lost.IsCancellationRequested && trouble is not OutOfMemoryException)
        {
            // Somebody else has the segment, or the run is over: whatever happened here matters no more.
            return true;
        }
        catch (OperationCanceledException) when (work.IsCancellationRequested)
        {
            await store.ReleaseAsync(lease, countsNot: true, CancellationToken.None).ConfigureAwait(false);
            stopping.ThrowIfCancellationRequested();
            return false;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watching).ConfigureAwait(false);
        }
    }

    private async Task<bool> MeasureAsync(Run run, SourceFile file, SegmentLease lease, Counter seen, CancellationToken ct)
    {
        try
        {
            await StoreAsync(run, file, lease, seen, ct).ConfigureAwait(false);
            return true;
        }
        catch (SegmentVoidException reason)
        {
            return await store.FailAsync(lease, new SegmentTrouble(null, reason.Message, null), CancellationToken.None).ConfigureAwait(false);
        }
        catch (VettingException trouble) when (trouble.Code is FailureCode.ModelMissing or FailureCode.ModelMismatch)
        {
            // Who has the run had the models; another node may lack them.
            await store.ReleaseAsync(lease, countsNot: true, CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        catch (Exception trouble) when ((trouble is VettingException { IsTransient: true } || DatabaseTrouble.IsPassing(trouble)) && lease.Attempt < options.Value.MaxAttempts)
        {
            await store.ReleaseAsync(lease, countsNot: false, CancellationToken.None).ConfigureAwait(false);
            return false;
        }
        catch (VettingException trouble) when (trouble.Code == FailureCode.UnsupportedMedia)
        {
            // A stretch without a single good picture is damage to the whole, not the end of it.
            return await store.FailAsync(lease, new SegmentTrouble(null, trouble.Message, trouble.Detail), CancellationToken.None).ConfigureAwait(false);
        }
        catch (VettingException trouble)
        {
            return await store.FailAsync(lease, new SegmentTrouble(trouble.Code, trouble.Message, trouble.Detail), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            logger.SegmentFailed(trouble, run.Id, lease.Segment.Number);
            return await store.FailAsync(lease, new SegmentTrouble(FailureCode.Unexpected, "An unexpected error.", trouble.GetType().Name), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Measures into local files, then moves them into the store of files under names of their own: nobody ever reads half of them, and a late one replaces nothing.</summary>
    private async Task StoreAsync(Run run, SourceFile file, SegmentLease lease, Counter seen, CancellationToken ct)
    {
        var folder = blobs.NewWorkFolder();
        try
        {
            var facts = await measuring.MeasureAsync(run, file, lease.Segment, folder, seen, ct).ConfigureAwait(false);
            var key = string.Create(CultureInfo.InvariantCulture, $"{Folder}/{run.Id}-{lease.Segment.Number}-{lease.Token}");
            string[] files = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];
            foreach (var path in files)
            {
                await blobs.TakeFileAsync($"{key}.{Path.GetFileName(path)}", path, ct).ConfigureAwait(false);
            }

            if (!await store.CompleteAsync(lease, key, facts, CancellationToken.None).ConfigureAwait(false))
            {
                logger.SegmentLost(run.Id, lease.Segment.Number, node.Id);
                foreach (var path in files)
                {
                    await blobs.DeleteAsync($"{key}.{Path.GetFileName(path)}", CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task BeatAsync(SegmentLease lease, Counter seen, CancellationTokenSource lost, CancellationToken over)
    {
        var period = lease.Length / 3 < Heartbeat.Period ? lease.Length / 3 : Heartbeat.Period;
        using var timer = new PeriodicTimer(period < Pace ? period : Pace, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                try
                {
                    if (!await store.BeatAsync(lease, seen.Value, over).ConfigureAwait(false))
                    {
                        await lost.CancelAsync().ConfigureAwait(false);
                        return;
                    }
                }
                catch (Exception trouble) when (trouble is not OperationCanceledException)
                {
                    // A missed beat is no reason to stop: the next one says the same.
                    logger.BeatMissed(trouble, $"Part {lease.Segment.Number + 1} of run {lease.Run}");
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The work is over.
        }
    }

    // Beats also tell how far it is.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    /// <summary>A run that ends or is cancelled needs no segment any more; the news is faster than the next beat.</summary>
    private async Task ListenAsync(RunId run, CancellationTokenSource lost, CancellationToken over)
    {
        try
        {
            await foreach (var news in events.WatchAsync(run, over).ConfigureAwait(false))
            {
                if (news is RunStateChanged { State: not (RunState.Running or RunState.Queued) })
                {
                    await lost.CancelAsync().ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The work is over.
        }
    }

    private sealed class Counter : IProgress<long>
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Report(long value) => Interlocked.Exchange(ref _value, value);
    }
}
