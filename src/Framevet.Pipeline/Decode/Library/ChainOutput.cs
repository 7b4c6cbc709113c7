using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Puts the frames of all chains into one row: numbers that run through, rising stamps, and the plan across the seams.</summary>
internal sealed class ChainOutput(DecodeRequest request, ReadingTask task, ChainBoard board, DamageTally damage, IProgress<DecodeProgress> progress)
{
    private FramePredicate? _keep;
    private PlanFilter? _filter;
    private Pts? _last;

    /// <summary>Pictures that came out of the decoders.</summary>
    public long Seen { get; private set; }

    /// <summary>All batches in order; each belongs to the caller.</summary>
    public async IAsyncEnumerable<FrameBatch> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // Pictures that came out of the decoders, and the number of the chain's first frame: the same unless the decoders skip.
        var (before, number) = (0, task.FirstIndex);
        await using var wake = ct.Register(static b => ((ChainBoard)b!).Wake(), board).ConfigureAwait(false);

        // Awaited by hand and without a token: an iterator for each chain and a waiter for each batch would be memory allocated anew.
        while (await board.Order.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (board.Order.TryRead(out var chain))
            {
                while (true)
                {
                    FrameBatch? batch;
                    while (!chain.TryTake(out batch))
                    {
                        _ = await chain.ArrivalAsync().ConfigureAwait(false);
                    }

                    if (ct.IsCancellationRequested)
                    {
                        batch?.Dispose();
                        ct.ThrowIfCancellationRequested();
                    }

                    if (batch is null)
                    {
                        break;
                    }

                    if (Settled(batch, number) is { } settled)
                    {
                        Report(before + chain.Seen);
                        yield return settled;
                    }
                }

                before += chain.Seen;
                number += task.IsSkipping ? chain.Shown : chain.Seen;
                Report(before);
                board.End(chain);
            }
        }

        ct.ThrowIfCancellationRequested();
    }

    private FrameBatch? Settled(FrameBatch batch, int number)
    {
        var isGood = false;
        try
        {
            if (number > 0)
            {
                batch.Renumber(number);
            }

            if (request.Plan is not DecodePlan.EveryFrame || (_last is { } last && batch[0].Pts <= last))
            {
                batch.Compact(_keep ??= Keep);
            }

            isGood = batch.Count > 0;
            if (isGood)
            {
                _last = batch[batch.Count - 1].Pts;
            }
        }
        finally
        {
            if (!isGood)
            {
                batch.Dispose();
            }
        }

        return isGood ? batch : null;
    }

    private bool Keep(in Frame frame)
    {
        if (_last is { } last && frame.Pts <= last)
        {
            damage.Add("a frame has no rising time stamp and was left out");
            return false;
        }

        _filter ??= new PlanFilter(request.Plan, null, request.Segment?.Bounds(request.Media.TimeBase));
        return _filter.Keep(in frame);
    }

    private void Report(long seen)
    {
        Seen = seen;
        progress.Report(new DecodeProgress(seen, damage.Count, _last, damage.First));
    }
}
