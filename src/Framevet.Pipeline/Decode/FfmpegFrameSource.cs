using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Decode;

/// <summary>
/// Frames through ffmpeg processes, raw planes on a pipe. Thread-safe; each call has processes of its own. Where hardware is to decode and
/// fails, the same reading goes on in software, from the last delivered frame.
/// </summary>
internal sealed class FfmpegFrameSource(FramePool pool, ToolLocator tools, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits, TimeProvider time) : IFrameSource
{
    private readonly HardwareChoice _hardware = new(tools, toolOptions.Value, time);

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        var kit = Kit();
        var (hardware, notice) = request.Media.Kind == MediaKind.Video ? await _hardware.ChooseAsync(ct).ConfigureAwait(false) : (null, null);
        FrameStamp? delivered = null;
        var sum = new ProgressSum(progress) { Notice = notice };
        if (hardware is not null)
        {
            var reading = new FfmpegReading(kit with { Hardware = hardware }, request, sum);
            await using (reading.ConfigureAwait(false))
            {
                var frames = reading.ReadAsync(ct).GetAsyncEnumerator(ct);
                await using (frames.ConfigureAwait(false))
                {
                    while (await MovesAsync(frames).ConfigureAwait(false) is var moved && moved is not null)
                    {
                        if (moved is false)
                        {
                            yield break;
                        }

                        var last = frames.Current[frames.Current.Count - 1];
                        delivered = new FrameStamp(last.Index, last.Pts, last.IsKey);
                        yield return frames.Current;
                    }
                }
            }

            sum.Restart($"Decoded in software{(delivered is { } at ? $" from {at.Pts.Seconds.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)} s on" : "")}: "
                + $"the hardware decoder {hardware} failed ({reading.HardwareComplaint ?? "without a word"}).", delivered is not null);
        }

        var software = new FfmpegReading(kit, delivered is null ? request : request with { ResumeAt = delivered }, sum);
        await using (software.ConfigureAwait(false))
        {
            await foreach (var batch in software.ReadAsync(ct).ConfigureAwait(false))
            {
                if (delivered is { } known)
                {
                    batch.Compact((in Frame f) => f.Pts > known.Pts);
                }

                if (batch.Count == 0)
                {
                    batch.Dispose();
                    continue;
                }

                yield return batch;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<PlanBounds?> BoundsAsync(MediaInfo media, DecodePlan plan, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Within.IsEmpty ? null : await new FileScan(Kit(), media).BoundsAsync(plan, ct).ConfigureAwait(false);
    }

    private DecodeKit Kit() => new(pool, tools, toolOptions.Value, limits.Value, time);

    /// <summary>Moves on; null when decoding failed.</summary>
    private static async Task<bool?> MovesAsync(IAsyncEnumerator<FrameBatch> frames)
    {
        try
        {
            return await frames.MoveNextAsync().ConfigureAwait(false);
        }
        catch (VettingException e) when (e.Code is FailureCode.UnsupportedMedia or FailureCode.ToolFailed or FailureCode.ToolStalled)
        {
            return null;
        }
    }

    /// <summary>Adds up what two readings say that stand for one.</summary>
    private sealed class ProgressSum(IProgress<DecodeProgress> progress) : IProgress<DecodeProgress>
    {
        private DecodeProgress _before;
        private DecodeProgress _last;

        public string? Notice { get; set; }

        public void Report(DecodeProgress value)
        {
            var own = value.Notice is { } complaint ? $"Decoded in software: the hardware decoder could not be used ({complaint})." : null;
            _last = new DecodeProgress(_before.Decoded + value.Decoded, _before.Damaged + value.Damaged, value.Last ?? _before.Last, _before.FirstDamage ?? value.FirstDamage, Notice ?? own);
            progress.Report(_last);
        }

        /// <summary>The next reading begins with the last frame of this one, or anew.</summary>
        public void Restart(string notice, bool hasFrames)
        {
            Notice = notice;
            _before = hasFrames ? _last with { Decoded = _last.Decoded - 1 } : default;
        }
    }
}
