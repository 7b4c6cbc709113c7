using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Decode;

/// <summary>Frames through one ffmpeg process, raw planes on a pipe. Thread-safe; each call is a process of its own.</summary>
internal sealed class FfmpegFrameSource(FramePool pool, ToolLocator tools, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits, TimeProvider time) : IFrameSource
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var resume = request.ResumeAt is { Index: > 0 } stamp ? stamp : (FrameStamp?)null;
        long? origin = resume is null || request.Plan is DecodePlan.EveryFrame ? null : await FirstStampAsync(request, ct).ConfigureAwait(false);
        var canSeek = resume is not null && request.Media.Kind == MediaKind.Video;

        // A seek that lands wrong (no index, open groups of pictures) shows with the first frame: then read from the beginning.
        var attempt = canSeek ? await StartAsync(request, resume, origin, isSeeking: true, progress, ct).ConfigureAwait(false) : null;
        attempt ??= await StartAsync(request, resume, origin, isSeeking: false, progress, ct).ConfigureAwait(false);
        if (attempt is not { } frames)
        {
            throw resume is null
                ? new VettingException(FailureCode.UnsupportedMedia, $"{request.Media.File.DisplayName} holds no frame with a usable time stamp.")
                : new VettingException(FailureCode.ToolFailed, $"{request.Media.File.DisplayName} no longer holds the frame at which reading was interrupted.");
        }

        await using (frames.ConfigureAwait(false))
        {
            do
            {
                yield return frames.Current;
            }
            while (await frames.MoveNextAsync().ConfigureAwait(false));
        }
    }

    /// <summary>
    /// Starts a decode and moves to its first batch; null when it does not begin with the frame to resume at.
    /// The caller owns the enumerator and its current batch.
    /// </summary>
    private async Task<IAsyncEnumerator<FrameBatch>?> StartAsync(DecodeRequest request, FrameStamp? resume, long? origin, bool isSeeking, IProgress<DecodeProgress> progress, CancellationToken ct)
    {
        var log = new StampLogReference();
        var frames = NumberedAsync(request, resume, origin, isSeeking, log, progress, ct).GetAsyncEnumerator(ct);
        var isGood = false;
        try
        {
            if (await frames.MoveNextAsync().ConfigureAwait(false))
            {
                isGood = resume is not { } r || (frames.Current[0].Pts == r.Pts && (!isSeeking || log.Value!.Entry is { KeyframePts: { } key } && key <= r.Pts.Value));
                if (!isGood)
                {
                    frames.Current.Dispose();
                }
            }
        }
        catch (VettingException e) when (isSeeking && e.Code is FailureCode.UnsupportedMedia or FailureCode.ToolFailed)
        {
            // Behind the seek nothing could be decoded; from the beginning there was something.
        }
        finally
        {
            if (!isGood)
            {
                await frames.DisposeAsync().ConfigureAwait(false);
            }
        }

        return isGood ? frames : null;
    }

    /// <summary>Frames with their number in a full decode.</summary>
    private async IAsyncEnumerable<FrameBatch> NumberedAsync(DecodeRequest request, FrameStamp? resume, long? origin, bool isSeeking, StampLogReference reference, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        var media = request.Media;
        var layout = FilterChain.Layout(media, request.MaxSide);
        var isSkipping = IsSkipping(request);
        var decode = new FfmpegDecode(media)
        {
            OnlyKeyframes = isSkipping,
            SeekTo = isSeeking ? resume?.Pts : null,
            Select = SelectExpression.For(request.Plan, media.TimeBase, origin, resume?.Pts.Value),
            Filters = [.. FilterChain.AnalysisView(media, layout)],
            Output = [.. RawFrames.Output],
        };
        var log = decode.NewLog();
        reference.Value = log;
        Pts? last = null;
        int? before = resume is null ? 0 : null;
        void Report() => progress.Report(new DecodeProgress(before is { } b ? log.Seen - b : 0, log.Damaged, last, log.FirstDamage));

        using var scanStop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var scan = isSkipping && media.Kind != MediaKind.Still
            ? new KeyframeRanks(tools, toolOptions.Value, limits.Value, time).ReadAsync(media, scanStop.Token)
            : null;
        int? offset = null;
        try
        {
            var command = decode.Command(tools, toolOptions.Value, limits.Value);
            await foreach (var batch in new RawFrames(pool, time).ReadAsync(media, layout, command, log, Report, ct).ConfigureAwait(false))
            {
                var owned = batch;
                try
                {
                    before ??= owned[0].Index;
                    if (scan is not null)
                    {
                        var ranks = await scan.ConfigureAwait(false);
                        owned.Renumber((_, pts) => KeyframeRanks.Rank(ranks, pts));
                    }
                    else if (resume is { } r)
                    {
                        offset ??= r.Index - owned[0].Index;
                        var shift = offset.Value;
                        owned.Renumber((index, _) => index + shift);
                    }

                    CheckTimeBase(media, owned[0].Pts);
                    last = owned[owned.Count - 1].Pts;
                    Report();
                    var given = owned;
                    owned = null;
                    yield return given;
                }
                finally
                {
                    owned?.Dispose();
                }
            }
        }
        finally
        {
            await scanStop.CancelAsync().ConfigureAwait(false);
            if (scan is not null)
            {
                await ((Task)scan).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The grid's origin for a resumed run: the first stamp that an unresumed run would have seen.</summary>
    private async Task<long> FirstStampAsync(DecodeRequest request, CancellationToken ct)
    {
        var decode = new FfmpegDecode(request.Media)
        {
            OnlyKeyframes = IsSkipping(request),
            Select = "not(isnan(pts))",
            Filters = ["scale=16:16", "format=gray"],
            Output = ["-frames:v", "1", "-f", "null", "-"],
        };
        var log = decode.NewLog();
        var process = ToolProcess.Start(decode.Command(tools, toolOptions.Value, limits.Value), log.Take, time, ct);
        await using (process.ConfigureAwait(false))
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
            return log.Kept.TryRead(out var stamp) && stamp is { } first
                ? first.Pts.Value
                : throw process.Failed(FailureCode.UnsupportedMedia, $"{request.Media.File.DisplayName} holds no picture that can be decoded.", null);
        }
    }

    /// <summary>
    /// Whether the decoder is told to skip all but keyframes. VP8 and VP9 decoders do not listen, and their packets need not hold a
    /// shown picture each, so that numbers cannot be told without decoding: there every frame is decoded and the selection drops the others.
    /// </summary>
    private static bool IsSkipping(DecodeRequest request) => request.Plan is DecodePlan.Keyframes && request.Media.Codec is not ("vp8" or "vp9");

    private static void CheckTimeBase(MediaInfo media, Pts pts)
    {
        if (pts.TimeBase != media.TimeBase)
        {
            throw new VettingException(FailureCode.ToolFailed, $"Reading {media.File.DisplayName} failed: frames are stamped in units of {pts.TimeBase} s, the stream says {media.TimeBase} s.");
        }
    }

    /// <summary>Lets the caller of an iterator see the log that the iterator made.</summary>
    private sealed class StampLogReference
    {
        public StampLog? Value { get; set; }
    }
}
