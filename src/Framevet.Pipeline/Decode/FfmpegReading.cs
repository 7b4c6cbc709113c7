using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Decode;

/// <summary>One reading of a file, leg by leg. Used once.</summary>
internal sealed class FfmpegReading(DecodeKit kit, DecodeRequest request, IProgress<DecodeProgress> progress) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly FileScan _scan = new(kit, request.Media);
    private DecodeProgress _before;
    private Pts? _delivered;
    private FrameStamp? _lastInside;
    private bool _isSkipping;

    /// <summary>The hardware's first complaint, when it failed or ffmpeg went on without it; null = none.</summary>
    public string? HardwareComplaint { get; private set; }

    /// <summary>Delivers the frames.</summary>
    public async IAsyncEnumerable<FrameBatch> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var media = request.Media;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        var resume = request.ResumeAt is { Index: > 0 } stamp ? stamp : (FrameStamp?)null;
        _isSkipping = LegRun.IsSkipping(request.Plan, media) && media.Kind != MediaKind.Still;
        _ = _isSkipping ? _scan.PacketsAsync(request.Plan, linked.Token) : null;
        if (resume is not null || !request.Plan.Within.IsEmpty)
        {
            await SkipsNoMoreIfWrongAsync(null, linked.Token).ConfigureAwait(false);
        }

        var legs = await LegsAsync(resume, linked.Token).ConfigureAwait(false);
        for (var i = 0; i < legs.Length; i++)
        {
            var (run, isLast) = await StartAsync(legs[i..], linked.Token, ct).ConfigureAwait(false);
            await using (run.ConfigureAwait(false))
            {
                for (var more = run.HasCurrent; more; more = await run.MoveNextAsync().ConfigureAwait(false))
                {
                    _delivered = run.Delivered;
                    yield return run.Current;
                }
            }

            _lastInside = run.LastInside ?? _lastInside;
            _before = Sum(run);
            if (isLast)
            {
                break;
            }
        }

        // The tail belongs to the last segment.
        if (request.Plan.WithLast && request.Segment is not { To: not null } && await TailAsync(_isSkipping, linked.Token).ConfigureAwait(false) is { } tail)
        {
            yield return tail;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _scan.EndAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<ImmutableArray<Leg>> LegsAsync(FrameStamp? resume, CancellationToken ct)
    {
        var isVideo = request.Media.Kind == MediaKind.Video;
        if (request.Plan.WithLast && resume is { } at && _isSkipping
            && Array.BinarySearch((await _scan.PacketsAsync(request.Plan, ct).ConfigureAwait(false)).Keys, at.Pts.Value) < 0)
        {
            // No keyframe, hence the tail: nothing comes after it, and a decoder that skips would never show it.
            return [LegPlan.Whole(new DecodePlan.EveryFrame(), at, null, isVideo) with { Stretches = [new Stretch(at.Pts.Value, at.Pts.Value + 1)] }];
        }

        if (request.Segment is { } segment)
        {
            return [LegPlan.OfSegment(request.Plan, segment, request.Media.TimeBase, resume)];
        }

        if (request.Plan.Within.IsEmpty)
        {
            long? origin = resume is null || request.Plan is DecodePlan.EveryFrame ? null : (await _scan.FirstAsync(request.Plan, ct).ConfigureAwait(false)).Value;
            return [LegPlan.Whole(request.Plan, resume, origin, isVideo)];
        }

        var bounds = await _scan.BoundsAsync(request.Plan, ct).ConfigureAwait(false);
        var packets = await _scan.PacketsAsync(request.Plan, ct).ConfigureAwait(false);
        return LegPlan.Of(request.Plan, bounds, packets, resume, isVideo, isVideo && LegRun.HasRanks(request.Media) && packets.IsComplete);
    }

    /// <summary>Starts the first of these legs; when seeking does not work in this file, all of them as one from the beginning. The caller owns run and batch.</summary>
    private async Task<(LegRun Run, bool IsLast)> StartAsync(ImmutableArray<Leg> rest, CancellationToken scanning, CancellationToken ct)
    {
        if (rest[0].IsSeeking && await TryAsync(rest[0], ct).ConfigureAwait(false) is { } run)
        {
            return (run, false);
        }

        var isAll = rest[0].IsSeeking;
        if (isAll && request.Segment is { } segment)
        {
            throw new SegmentVoidException($"decoding cannot begin at its frame {segment.FirstIndex}");
        }

        var leg = isAll ? LegPlan.FromBeginning(rest) : rest[0];
        var first = await TryAsync(leg, ct).ConfigureAwait(false);
        if (_isSkipping && await SkipsNoMoreIfWrongAsync(first, scanning).ConfigureAwait(false))
        {
            // The process was started before the packets were known: what it shows is not to be trusted.
            await EndAsync(first).ConfigureAwait(false);
            first = await TryAsync(leg, ct).ConfigureAwait(false);
        }

        if (first is not { } plain)
        {
            throw new VettingException(FailureCode.ToolFailed, $"{request.Media.File.DisplayName} no longer holds the frame at which reading was interrupted.");
        }

        if (!plain.HasCurrent && request.Plan.Within.IsEmpty)
        {
            await plain.DisposeAsync().ConfigureAwait(false);
            throw new VettingException(FailureCode.UnsupportedMedia, $"{request.Media.File.DisplayName} holds no frame with a usable time stamp.");
        }

        return (plain, isAll);
    }

    /// <summary>Decodes all from now on where keyframes do not stand alone; whether that is so.</summary>
    private async Task<bool> SkipsNoMoreIfWrongAsync(LegRun? begun, CancellationToken ct)
    {
        if (_isSkipping)
        {
            var packets = await _scan.PacketsAsync(request.Plan, ct).ConfigureAwait(false);
            _isSkipping = LegRun.KeysStandAlone(request.Media, packets) && begun?.IsFirstKey(packets) is not false;
        }

        return !_isSkipping;
    }

    private static async Task EndAsync(LegRun? run)
    {
        if (run is not null)
        {
            if (run.HasCurrent)
            {
                run.Current.Dispose();
            }

            await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Starts a leg and moves to its first batch; null when it does not begin where it should.</summary>
    private async Task<LegRun?> TryAsync(Leg leg, CancellationToken ct)
    {
        Func<Task<PacketStamps>>? ranks = _isSkipping && leg.Plan is DecodePlan.Keyframes ? () => _scan.PacketsAsync(request.Plan, _stop.Token) : null;
        var run = new LegRun(kit, request, leg with { DecodesAll = !_isSkipping }, ranks, r => progress.Report(Sum(r)), ct);
        var isGood = false;
        try
        {
            await run.MoveNextAsync().ConfigureAwait(false);
            isGood = run.BeganRight;
            if (!isGood && run.HasCurrent)
            {
                run.Current.Dispose();
            }
        }
        catch (VettingException e) when (leg.IsSeeking && run.Log.HardwareFault is null && e.Code is FailureCode.UnsupportedMedia or FailureCode.ToolFailed)
        {
            // Behind the seek nothing could be decoded; from the beginning there was something.
        }
        finally
        {
            HardwareComplaint ??= run.Log.HardwareFault ?? run.Log.HardwareNotice ?? (kit.Hardware is null || isGood ? null : run.Log.Errors().FirstOrDefault());
            if (!isGood)
            {
                await run.DisposeAsync().ConfigureAwait(false);
            }
        }

        return isGood ? run : null;
    }

    /// <summary>
    /// The last frame of the reading when the plan left it out, by a short leg of its own: nobody knows before the end which one it is,
    /// because packets at the end need not decode. Null when it was delivered.
    /// </summary>
    private async Task<FrameBatch?> TailAsync(bool isSkipping, CancellationToken ct)
    {
        if (await _scan.TailAsync(request.Plan, isSkipping, _lastInside, ct).ConfigureAwait(false) is not { Leg: var leg, Last: var last }
            || (_delivered is { } delivered && delivered >= last))
        {
            return null;
        }

        var silent = new FfmpegReading(kit, request with { Plan = new DecodePlan.EveryFrame(), ResumeAt = null, Segment = null }, new Silent());
        await using (silent.ConfigureAwait(false))
        {
            var batch = await silent.LastOfAsync(leg with { IsSeeking = leg.IsSeeking && request.Media.Kind == MediaKind.Video }, _delivered, ct).ConfigureAwait(false);
            if (batch is not null)
            {
                progress.Report(_before = _before with { Decoded = _before.Decoded + (isSkipping ? 1 : 0), Last = batch[0].Pts });
            }

            return batch;
        }
    }

    private async Task<FrameBatch?> LastOfAsync(Leg leg, Pts? after, CancellationToken ct)
    {
        FrameBatch? kept = null;
        var isDone = false;
        try
        {
            var (run, _) = await StartTailAsync(leg, ct).ConfigureAwait(false);
            await using (run.ConfigureAwait(false))
            {
                for (var more = run.HasCurrent; more; more = await run.MoveNextAsync().ConfigureAwait(false))
                {
                    kept?.Dispose();
                    kept = run.Current;
                }
            }

            if (kept is not null)
            {
                var last = kept[kept.Count - 1].Pts;
                kept.Compact((in Frame f) => f.Pts == last && !(after >= last));
            }

            isDone = kept is { Count: > 0 };
            return isDone ? kept : null;
        }
        finally
        {
            if (!isDone)
            {
                kept?.Dispose();
            }
        }
    }

    private async Task<(LegRun Run, bool IsLast)> StartTailAsync(Leg leg, CancellationToken ct) =>
        leg.IsSeeking && await TryAsync(leg, ct).ConfigureAwait(false) is { } run
            ? (run, true)
            : await StartAsync([LegPlan.FromBeginning([leg])], ct, ct).ConfigureAwait(false);

    private DecodeProgress Sum(LegRun run) =>
        new(_before.Decoded + run.Decoded, _before.Damaged + run.Log.Damaged, run.Delivered ?? _before.Last, _before.FirstDamage ?? run.Log.FirstDamage, run.Log.HardwareNotice);

    private sealed class Silent : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
        }
    }
}
