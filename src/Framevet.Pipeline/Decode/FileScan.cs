using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>What one reading has to know of a file beforehand; each question is asked of the file once, and only when needed. For one plan.</summary>
internal sealed class FileScan(DecodeKit kit, MediaInfo media)
{
    private readonly Lock _gate = new();
    private Task<PacketStamps>? _packets;
    private Task<Pts>? _first;

    /// <summary>Stamps of the packets, as far as the plan reaches.</summary>
    public Task<PacketStamps> PacketsAsync(DecodePlan plan, CancellationToken ct)
    {
        lock (_gate)
        {
            var until = plan.Within.IsEmpty || plan.Within.Any(r => r.End is null) ? null : plan.Within.Max(r => r.End);
            return _packets ??= new PacketScan(kit.Tools, kit.Options, kit.Limits, kit.Time).ReadAsync(media, until, ct);
        }
    }

    /// <summary>The first stamp that a reading of the whole file sees: where grids begin.</summary>
    public Task<Pts> FirstAsync(DecodePlan plan, CancellationToken ct)
    {
        lock (_gate)
        {
            return _first ??= FindFirstAsync(plan, ct);
        }
    }

    /// <summary>The plan's stretches in stamps.</summary>
    public async Task<PlanBounds> BoundsAsync(DecodePlan plan, CancellationToken ct)
    {
        var packets = PacketsAsync(plan, ct);
        var first = await FirstAsync(plan, ct).ConfigureAwait(false);
        return PlanBounds.From(plan, first, await packets.ConfigureAwait(false));
    }

    /// <summary>
    /// The leg whose last frame is the last of the reading, and its presumable stamp. <paramref name="last"/>: the last frame seen within the plan's stretches; where the decoder
    /// skipped frames (<paramref name="isSkipping"/>) the packets tell. Null when there is none.
    /// </summary>
    public async Task<(Leg Leg, Pts Last)?> TailAsync(DecodePlan plan, bool isSkipping, FrameStamp? last, CancellationToken ct)
    {
        if (!isSkipping)
        {
            return last is { } seen ? (Tail(seen.Pts.Value, seen.Pts.Value + 1, seen), seen.Pts) : null;
        }

        var packets = await PacketsAsync(plan, ct).ConfigureAwait(false);
        ImmutableArray<Stretch> stretches = plan.Within.IsEmpty ? [new Stretch(long.MinValue, null)] : (await BoundsAsync(plan, ct).ConfigureAwait(false)).Stretches;
        for (var i = stretches.Length - 1; i >= 0; i--)
        {
            if (PacketStamps.Before(packets.All, stretches[i].To ?? long.MaxValue) is { } end && end >= stretches[i].From)
            {
                var from = Math.Max(stretches[i].From, PacketStamps.Before(packets.Keys, end + 1) ?? packets.All[0]);
                var start = PacketStamps.AtOrAfter(packets.All, from) ?? end;
                return (Tail(start, stretches[i].To, new FrameStamp(packets.Rank(start), new Pts(start, media.TimeBase))), new Pts(end, media.TimeBase));
            }
        }

        return null;
    }

    /// <summary>Waits for what is still going on, so that no process outlives the reading. Its failures were told to those who asked.</summary>
    public async Task EndAsync()
    {
        foreach (var task in new Task?[] { _packets, _first }.OfType<Task>())
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Leg Tail(long from, long? to, FrameStamp anchor) =>
        new(new DecodePlan.EveryFrame()) { Stretches = [new Stretch(from, to)], Anchor = anchor, IsSeeking = true };

    private async Task<Pts> FindFirstAsync(DecodePlan plan, CancellationToken ct)
    {
        // The H.264 decoder shows the third keyframe first where groups are open, and without skipping shows nothing before the first keyframe anyway.
        var isSkipping = LegRun.IsSkipping(plan, media) && media.Codec != "h264" && LegRun.KeysStandAlone(media, await PacketsAsync(plan, ct).ConfigureAwait(false));
        var decode = new FfmpegDecode(media)
        {
            OnlyKeyframes = isSkipping,
            Select = "not(isnan(pts))",
            Filters = ["scale=16:16", "format=gray"],
            Output = ["-frames:v", "1", "-f", "null", "-"],
        };
        var log = decode.NewLog();
        var process = ToolProcess.Start(decode.Command(kit.Tools, kit.Options, kit.Limits), log.Take, kit.Time, ct);
        await using (process.ConfigureAwait(false))
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
            return log.Kept.TryRead(out var stamp) && stamp is { } first
                ? first.Pts
                : throw process.Failed(FailureCode.UnsupportedMedia, $"{media.File.DisplayName} holds no picture that can be decoded.", null);
        }
    }
}
