using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>What reading by ffmpeg takes from its surroundings. <paramref name="Hardware"/>: ffmpeg's name of the hardware that decodes; null = software.</summary>
internal sealed record DecodeKit(FramePool Pool, ToolLocator Tools, ToolOptions Options, MediaLimits Limits, TimeProvider Time, string? Hardware = null);

/// <summary>One leg in the works. Frames carry their number in a full decode. Dispose it: the process ends then.</summary>
internal sealed class LegRun : IAsyncDisposable
{
    private readonly DecodeRequest _request;
    private readonly Leg _leg;
    private readonly StampLog _log;
    private readonly LegWatch _watch;
    private readonly Func<Task<PacketStamps>>? _ranks;
    private readonly Action<LegRun> _report;
    private readonly IAsyncEnumerator<FrameBatch> _batches;

    /// <summary>Starts the process with the first move. <paramref name="ranks"/>: numbers by stamp, where the decoder skips frames; null = count.</summary>
    public LegRun(DecodeKit kit, DecodeRequest request, Leg leg, Func<Task<PacketStamps>>? ranks, Action<LegRun> report, CancellationToken ct)
    {
        (_request, _leg, _ranks, _report) = (request, leg, ranks, report);
        var layout = FilterChain.Layout(request.Media, request.MaxSide);
        var decode = new FfmpegDecode(request.Media)
        {
            OnlyKeyframes = IsSkipping(leg.Plan, request.Media) && !leg.DecodesAll,
            SeekTo = leg is { IsSeeking: true, Anchor: { } anchor } ? anchor.Pts : null,
            Select = SelectExpression.For(leg, request.Media.TimeBase),
            EndAt = leg.End,
            Hardware = kit.Hardware,
            Filters = [.. FilterChain.AnalysisView(request.Media, layout)],
            Output = [.. RawFrames.Output],
        };
        _watch = new LegWatch(leg);
        _log = new StampLog(decode.Select is not null) { Hardware = kit.Hardware, Watch = _watch.See };
        _batches = new RawFrames(kit.Pool, kit.Time)
            .ReadAsync(request.Media, layout, decode.Command(kit.Tools, kit.Options, kit.Limits), _log, () => _report(this), ct).GetAsyncEnumerator(ct);
    }

    /// <summary>The batch that the last move arrived at; belongs to the caller.</summary>
    public FrameBatch Current => _batches.Current;

    /// <summary>Stamp of the last frame that was delivered.</summary>
    public Pts? Delivered { get; private set; }

    /// <summary>The last decoded frame within the stretches.</summary>
    public FrameStamp? LastInside => _watch.Last is { } last ? last with { Index = last.Index + _watch.Shift } : null;

    /// <summary>Decoded frames that count. Of a segment, those behind its end do not.</summary>
    public int Decoded => _request.Segment is null ? _watch.Counted(_log.Seen) : _watch.Inside;

    /// <summary>Log of the process.</summary>
    public StampLog Log => _log;

    /// <summary>Whether a batch was there.</summary>
    public bool HasCurrent { get; private set; }

    /// <summary>
    /// After the first move: whether decoding began where it should. A seek that lands wrong (no index, open groups of pictures) shows
    /// here, and so does a file that no longer holds the frame to resume at.
    /// </summary>
    public bool BeganRight => _leg.Anchor is not { } anchor
        || (_watch.Anchor is { } seen && seen.Pts == anchor.Pts && (!_leg.IsSeeking || (_log.Entry.KeyframePts is { } key && key <= anchor.Pts.Value)));

    /// <summary>
    /// Whether the decoder is told to skip all but keyframes. VP8 and VP9 decoders do not listen, and their packets need not hold a
    /// shown picture each, so that numbers cannot be told without decoding: there every frame is decoded and the selection drops the others.
    /// </summary>
    public static bool IsSkipping(DecodePlan plan, MediaInfo media) => plan is DecodePlan.Keyframes && HasRanks(media);

    /// <summary>
    /// Whether a decoder that skips all but keyframes shows each of them once and in order. Where packets have no stamps of their own it guesses those of what it shows,
    /// and the H.264 decoder mixes up the order of keyframes that begin open groups. (Open groups in which nothing leads are not told by the packets: see <see cref="IsFirstKey"/>.)
    /// </summary>
    public static bool KeysStandAlone(MediaInfo media, PacketStamps packets) => packets.IsComplete && !(packets.HasLeading && media.Codec == "h264");

    /// <summary>After the first move of a decoder that skips, from the beginning of the file: whether the first frame it showed is the first keyframe.</summary>
    public bool IsFirstKey(PacketStamps packets) => _leg.IsSeeking || packets.Keys.Length == 0 || _watch.First is not { } first || first.Pts.Value == packets.Keys[0];

    /// <summary>Whether each packet holds one shown frame.</summary>
    public static bool HasRanks(MediaInfo media) => media.Codec is not ("vp8" or "vp9");

    /// <summary>Goes to the next batch.</summary>
    public async Task<bool> MoveNextAsync()
    {
        HasCurrent = await _batches.MoveNextAsync().ConfigureAwait(false);
        if (!HasCurrent)
        {
            return false;
        }

        var batch = Current;
        var isDone = false;
        try
        {
            CheckTimeBase(_request.Media, batch[0].Pts);
            if (_ranks is not null)
            {
                var ranks = await _ranks().ConfigureAwait(false);
                batch.Renumber((_, pts) => ranks.Rank(pts.Value));
            }
            else if (_watch.Shift is var shift and not 0)
            {
                batch.Renumber((index, _) => index + shift);
            }

            Delivered = batch[batch.Count - 1].Pts;
            _report(this);
            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                batch.Dispose();
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _batches.DisposeAsync();

    private static void CheckTimeBase(MediaInfo media, Pts pts)
    {
        if (pts.TimeBase != media.TimeBase)
        {
            throw new VettingException(FailureCode.ToolFailed, $"Reading {media.File.DisplayName} failed: frames are stamped in units of {pts.TimeBase} s, the stream says {media.TimeBase} s.");
        }
    }
}
