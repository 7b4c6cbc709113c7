using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// Between decoding and scoring: shows every delivered frame to the scene detector, and hands on those that plan and sampler want. One per run; what it knows
/// of scenes may be read by another thread.
/// </summary>
internal sealed class SamplingPass(RunParts parts, FramePool pool, FrameStamp? context)
{
    private readonly SceneTrack? _track = parts.Scenes is { } detector ? new SceneTrack(detector, context) : null;

    /// <summary>What the sampler's plan keeps of a reading that delivers more; null when the reading delivers just the plan.</summary>
    public PlanFilter? Filter { get; init; }

    /// <summary>Whether the last frame is kept in any case, on top of <see cref="Filter"/>.</summary>
    public bool KeepsLast { get; init; }

    /// <summary>Scenes so far, the open one ending at the last frame seen; empty without a detector.</summary>
    public ImmutableArray<Scene> Scenes => _track?.Scenes ?? [];

    /// <summary>Takes up scenes found earlier. Cuts behind the context frame will be found again.</summary>
    public void Resume(ImmutableArray<Scene> scenes) => _track?.Resume(scenes);

    /// <summary>Reads batches (taking ownership) and yields batches of sampled frames, the context frame of a resumed run among them.</summary>
    public async IAsyncEnumerable<FrameBatch> ReadAsync(IAsyncEnumerable<FrameBatch> batches, [EnumeratorCancellation] CancellationToken ct)
    {
        using var tail = new Tail();
        FramePredicate wanted = (in Frame frame) =>
        {
            var isContext = context is { } from && frame.Pts == from.Pts;
            return (See(in frame, tail) && parts.Sampler.Keep(in frame)) || isContext;
        };
        await foreach (var batch in batches.WithCancellation(ct).ConfigureAwait(false))
        {
            if (parts.Sampler is IHoldingSampler holding)
            {
                foreach (var given in Offered(batch, holding, tail))
                {
                    yield return given;
                }

                continue;
            }

            Compact(batch, wanted);
            yield return batch;
        }

        _track?.Complete();
        foreach (var given in Rest(tail))
        {
            yield return given;
        }
    }

    private static void Compact(FrameBatch batch, FramePredicate wanted)
    {
        var isDone = false;
        try
        {
            batch.Compact(wanted);
            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                batch.Dispose();
            }
        }
    }

    private List<FrameBatch> Offered(FrameBatch batch, IHoldingSampler sampler, Tail tail)
    {
        using (batch)
        {
            return Collected(sink =>
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    var frame = batch[i];
                    if (See(in frame, tail))
                    {
                        sampler.Offer(in frame, sink);
                    }
                }
            });
        }
    }

    private List<FrameBatch> Rest(Tail tail)
    {
        if (tail.IsEmpty)
        {
            return [];
        }

        return Collected(sink =>
        {
            if (KeepsLast && !tail.Copy.IsEmpty)
            {
                var frame = tail.Copy.Frame;
                if (parts.Sampler is IHoldingSampler holding)
                {
                    holding.Offer(in frame, sink);
                }
                else if (parts.Sampler.Keep(in frame))
                {
                    sink(in frame);
                }
            }

            (parts.Sampler as IHoldingSampler)?.Complete(sink);
        });
    }

    /// <summary>Copies what is given away into batches of their own.</summary>
    private List<FrameBatch> Collected(Action<SampleSink> work)
    {
        const int Capacity = 16;
        var given = new List<FrameBatch>();
        var isDone = false;
        try
        {
            work((in Frame frame) =>
            {
                // Pictures of a folder differ in size.
                if (given.Count == 0 || given[^1].IsFull || given[^1].Layout != frame.Layout)
                {
                    given.Add(pool.Rent(frame.Layout, Capacity));
                }

                frame.Pixels.CopyTo(given[^1].Add(frame.Index, frame.Pts, frame.IsKey));
            });
            isDone = true;
            return given;
        }
        finally
        {
            if (!isDone)
            {
                given.ForEach(b => b.Dispose());
            }
        }
    }

    /// <summary>Shows the frame to the scene detector; answers whether the plan wants it.</summary>
    private bool See(in Frame frame, Tail tail)
    {
        tail.IsEmpty = false;
        _track?.Watch(in frame);
        var isWanted = Filter is null || Filter.Keep(in frame);
        if (KeepsLast)
        {
            if (isWanted)
            {
                tail.Copy.Clear();
            }
            else
            {
                tail.Copy.Take(in frame);
            }
        }

        return isWanted;
    }

    /// <summary>The last frame that the plan did not want.</summary>
    private sealed class Tail : IDisposable
    {
        public FrameCopy Copy { get; } = new();

        public bool IsEmpty { get; set; } = true;

        public void Dispose() => Copy.Clear();
    }
}
