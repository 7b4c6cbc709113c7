using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Segments;

/// <summary>
/// The frames of a run that several workers measure, in the order of the file, as if this one had measured them all. It takes segments itself, too, so it never needs the others. One per run, used once.
/// </summary>
internal sealed class SplitReading(SplitTask task, RunLease lease, ImmutableArray<Segment> segments, ISegmentStore store, ISegmentCrew crew, SegmentWorker worker, IBlobStore blobs, BuildParts build, FramePool pool, FanOutOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan CallAgain = TimeSpan.FromSeconds(3);

    private readonly SegmentSeam _seam = new(task, build, pool);
    private readonly Queue<(Segment Segment, string Key)> _read = new();
    private long _called;
    private long _measured;
    private long _decoded;
    private int _damaged;
    private int _before;

    /// <summary>Scenes so far; empty without a detector.</summary>
    public ImmutableArray<Scene> Scenes => _seam.Scenes;

    /// <summary>How much is done, 0..1, never less than before: what is measured anywhere, and a little for what is joined and stored here.</summary>
    public double Fraction
    {
        get
        {
            const double Joining = 0.1;
            var all = Math.Max(1, segments.Sum(s => (long)s.Frames));
            field = Math.Max(field, Math.Min(1, (((1 - Joining) * _measured) + (Joining * Math.Min(all, _seam.Last is { } last ? last.Index + 1 : 0))) / all));
            return field;
        }
    }

    /// <summary>All frames that an interrupted run has not stored yet, some at a time.</summary>
    /// <exception cref="SplitVoidException">The parts do not make the whole.</exception>
    /// <exception cref="VettingException">A segment failed.</exception>
    public async IAsyncEnumerable<ImmutableArray<Scored>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var own = Task.Run(() => WorkAsync(stop.Token), CancellationToken.None);
        try
        {
            foreach (var segment in segments)
            {
                var row = await EndAsync(segment, own, ct).ConfigureAwait(false);
                if (task.From is { } from && segment.To is { } to && to <= from.Pts.Value)
                {
                    // All of it is stored.
                    Count(row);
                    continue;
                }

                await foreach (var frames in FramesAsync(row, own, ct).ConfigureAwait(false))
                {
                    yield return frames;
                }

                Count(row);
                await ForgetAsync(row, ct).ConfigureAwait(false);
            }

            _seam.Complete();
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await own.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // As long as others still measure, one of them may die, and its segment waits again.
    private async Task WorkAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            if (!await worker.TryWorkAsync(task.Journal.Run, task.File, ct).ConfigureAwait(false))
            {
                await Task.Delay(Look, time, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits until the segment is measured, wherever.</summary>
    private async Task<SegmentRow> EndAsync(Segment segment, Task own, CancellationToken ct)
    {
        while (true)
        {
            var rows = await store.OfRunAsync(lease.Run, ct).ConfigureAwait(false);
            await CallAsync(rows, ct).ConfigureAwait(false);
            Volatile.Write(ref _measured, rows.Sum(r => r.Measured));
            task.Journal.Measured(_measured, Fraction);
            if (rows.FirstOrDefault(r => r.Trouble?.Code is not null || (r.Trouble is not null && r.Segment.Number == segment.Number)) is { } bad)
            {
                throw Trouble(bad);
            }

            if (rows.FirstOrDefault(r => r.Segment.Number == segment.Number) is not { } row)
            {
                throw new LeaseLostException(lease);
            }

            if (row.State == SegmentState.Done)
            {
                return row;
            }

            if (row.Attempt >= options.MaxAttempts && (row.State == SegmentState.Waiting || row.IsSilent))
            {
                throw new VettingException(FailureCode.ToolFailed, $"{Name(row)} was taken up {row.Attempt} times, and each time its worker died or gave up.");
            }

            if (own.IsCompleted)
            {
                await own.ConfigureAwait(false);
            }

            await Task.Delay(Look, time, ct).ConfigureAwait(false);
        }
    }

    private Exception Trouble(SegmentRow row) => row.Trouble is { Code: { } code } trouble
        ? new VettingException(code, $"{Name(row)} failed on {row.Node}: {trouble.Text}", trouble.Detail)
        : new SplitVoidException($"Measured by one worker from here on: {Name(row, isInside: true)}: {row.Trouble!.Text}.");

    private string Name(SegmentRow row, bool isInside = false)
    {
        var unit = task.Media.TimeBase;
        var (from, to) = (new Pts(row.Segment.From - row.Segment.Origin, unit).Time, row.Segment.To is { } end ? new Pts(end - row.Segment.Origin, unit).Time : task.Media.Duration);
        var part = string.Create(CultureInfo.InvariantCulture, $"{(isInside ? "part" : $"{task.File.DisplayName}: part")} {row.Segment.Number + 1} of {segments.Length} ({from:hh\\:mm\\:ss} to {to:hh\\:mm\\:ss})");
        return part;
    }

    private async Task CallAsync(ImmutableArray<SegmentRow> rows, CancellationToken ct)
    {
        var waiting = rows.Count(r => r.State == SegmentState.Waiting || (r.State == SegmentState.Working && r.IsSilent));
        if (waiting > 0 && (_called == 0 || time.GetElapsedTime(_called) >= CallAgain))
        {
            _called = time.GetTimestamp();
            await crew.CallAsync(lease.Run, task.Journal.Run.Priority, waiting, ct).ConfigureAwait(false);
        }
    }

    /// <summary>The frames of a segment; when its result is gone or damaged, it is measured once more.</summary>
    private async IAsyncEnumerable<ImmutableArray<Scored>> FramesAsync(SegmentRow row, Task own, [EnumeratorCancellation] CancellationToken ct)
    {
        Check(row);
        _seam.Begin(row.Segment, _before);
        while (true)
        {
            var frames = _seam.FramesAsync(row, blobs, ct).GetAsyncEnumerator(ct);
            string? trouble = null;
            await using (frames.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await frames.MoveNextAsync().ConfigureAwait(false))
                        {
                            yield break;
                        }
                    }
                    catch (InvalidDataException damage)
                    {
                        trouble = damage.Message;
                        break;
                    }

                    yield return frames.Current;
                }
            }

            await task.Journal.LogAsync(RunLogLevel.Warning, $"{Name(row)} is measured once more, since its result cannot be read: {trouble}", ct).ConfigureAwait(false);
            await store.ReopenAsync(lease, row.Segment.Number, anew: false, ct).ConfigureAwait(false);
            row = await EndAsync(row.Segment, own, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the segment was measured on the right assumptions about what lies before it.</summary>
    private void Check(SegmentRow row)
    {
        if (row.Segment.Number == 0 || task.Plan is DecodePlan.EveryFrame)
        {
            return;
        }

        var isSkipping = task.Plan is DecodePlan.Keyframes && task.Parts.Scenes is null;
        if (isSkipping ? task.Plan is DecodePlan.Keyframes { MinGap: not null } && _damaged > 0 : _before != row.Segment.FirstIndex)
        {
            throw new SplitVoidException("Measured by one worker from here on: pictures are damaged, and which of the next ones the sampler takes depends on them.");
        }
    }

    private void Count(SegmentRow row)
    {
        var facts = row.Facts!;
        var isSkipping = task.Plan is DecodePlan.Keyframes && task.Parts.Scenes is null;
        _before += isSkipping ? row.Segment.Frames : (int)facts.Decoded;
        _decoded += facts.Decoded;
        _damaged += facts.Damaged;
        task.Journal.Report(new DecodeProgress(_decoded, _damaged, _seam.Last?.Pts, facts.FirstDamage, facts.Notice));
    }

    /// <summary>Removes results that no interruption can need any more: everything of them is stored, and what the scene detector needs to warm up lies behind them.</summary>
    private async Task ForgetAsync(SegmentRow row, CancellationToken ct)
    {
        await task.Journal.FlushAsync(ct).ConfigureAwait(false);
        _read.Enqueue((row.Segment, row.Key!));
        if (task.Parts.Scenes is { WarmUp: null } || _seam.LastSampled is not { } last)
        {
            return;
        }

        var needed = last.Seconds - (task.Parts.Scenes?.WarmUp?.TotalSeconds ?? 0) - 1;
        while (_read.TryPeek(out var oldest) && oldest.Segment.To is { } to && new Pts(to, last.TimeBase).Seconds < needed)
        {
            _ = _read.Dequeue();
            await blobs.DeleteAsync($"{oldest.Key}.{SegmentMeasuring.RowsFile}", ct).ConfigureAwait(false);
            await blobs.DeleteAsync($"{oldest.Key}.{SegmentMeasuring.SightsFile}", ct).ConfigureAwait(false);
        }
    }
}
