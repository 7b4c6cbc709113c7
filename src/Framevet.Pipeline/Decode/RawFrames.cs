using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>Reads raw planar frames of one ffmpeg process into pooled batches and joins them with their stamps.</summary>
internal sealed class RawFrames(FramePool pool, TimeProvider time)
{
    /// <summary>Most frames and bytes of one batch.</summary>
    private const int MaxBatch = 16;
    private const int MaxBatchBytes = 24 * 1024 * 1024;

    /// <summary>A frame waits no longer than this for its batch to fill, so that live pages move at every pace of sampling.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>Output options for raw frames in the layout of <see cref="FrameLayout"/>. Unflushed, the end of a frame would come with the next one.</summary>
    public static readonly string[] Output = ["-flush_packets", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"];

    /// <summary>
    /// Runs the command and yields its frames; numbers count decoded frames from where this process began. Frames without a stamp
    /// and frames whose stamp does not rise are left out: two frames under one name could not be told apart later.
    /// </summary>
    /// <exception cref="VettingException">ToolFailed when log and pixels do not match or the decoder crashed; ToolStalled; UnsupportedMedia when nothing was decoded.</exception>
    public async IAsyncEnumerable<FrameBatch> ReadAsync(MediaInfo media, FrameLayout layout, ToolCommand command, StampLog log, Action report, [EnumeratorCancellation] CancellationToken ct)
    {
        var capacity = Math.Clamp(MaxBatchBytes / layout.FrameBytes, 1, MaxBatch);
        var process = ToolProcess.Start(command, log.Take, time, ct);
        await using (process.ConfigureAwait(false))
        {
            Pts? last = null;
            Task<bool>? more = null;
            FrameBatch? batch = null;
            long begun = 0;
            try
            {
                while (true)
                {
                    batch ??= pool.Rent(layout, capacity);
                    more ??= log.Kept.WaitToReadAsync(CancellationToken.None).AsTask();
                    if (!more.IsCompleted && !await ArrivesSoonAsync(process, more).ConfigureAwait(false))
                    {
                        report();
                        if (batch.Count == 0)
                        {
                            continue;
                        }
                    }
                    else if (!await process.WatchAsync(more).ConfigureAwait(false))
                    {
                        break;
                    }
                    else
                    {
                        more = null;
                        begun = batch.Count == 0 ? time.GetTimestamp() : begun;
                        var isLate = false;
                        while (!batch.IsFull && !isLate && log.Kept.TryRead(out var stamp))
                        {
                            last = await FillAsync(process, command, log, batch, stamp, last).ConfigureAwait(false);
                            isLate = time.GetElapsedTime(begun) >= Patience;
                        }

                        if (batch.Count == 0 || (!batch.IsFull && !isLate))
                        {
                            continue;
                        }
                    }

                    report();
                    yield return Give(ref batch);
                    process.Touch();
                }

                if (log.HardwareFault is null)
                {
                    await EndAsync(process, media, log).ConfigureAwait(false);
                }
                else
                {
                    throw process.Failed(FailureCode.ToolFailed, $"Decoding {media.File.DisplayName} by {log.Hardware} failed: {log.HardwareFault}.", null);
                }

                report();
                if (batch.Count > 0)
                {
                    yield return Give(ref batch);
                }
            }
            finally
            {
                batch?.Dispose();
            }
        }
    }

    private async Task<bool> ArrivesSoonAsync(ToolProcess process, Task<bool> more)
    {
        using var timer = new CancellationTokenSource();
        await process.WatchAsync(Task.WhenAny(more, Task.Delay(Patience, time, timer.Token))).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        return more.IsCompleted;
    }

    /// <summary>Reads the pixels that belong to the stamp; keeps them when the stamp rises.</summary>
    private static async Task<Pts?> FillAsync(ToolProcess process, ToolCommand command, StampLog log, FrameBatch batch, FrameStamp? stamp, Pts? last)
    {
        var rises = stamp is { } s && (last is not { } l || s.Pts > l);
        var target = batch.Add(stamp?.Index ?? 0, stamp?.Pts ?? default, stamp?.IsKey ?? false);
        if (await process.ReadFullAsync(target).ConfigureAwait(false) < target.Length)
        {
            batch.DropLast();
            throw await BrokenAsync(process, command, $"its output ended within a frame ({log.Fault ?? "no fault in the log"})").ConfigureAwait(false);
        }

        if (!rises)
        {
            batch.DropLast();
            return last;
        }

        return stamp!.Value.Pts;
    }

    private static async Task EndAsync(ToolProcess process, MediaInfo media, StampLog log)
    {
        var rest = await process.ReadAsync(new byte[1]).ConfigureAwait(false);
        var exitCode = await process.WaitForExitAsync().ConfigureAwait(false);
        if (log.Hardware is { } hardware && exitCode != 0)
        {
            throw process.Failed(FailureCode.ToolFailed, $"Decoding {media.File.DisplayName} by {hardware} failed: {SafeInput.Cause(log.Errors())}.", exitCode);
        }

        if (log.Seen == 0)
        {
            throw process.Failed(FailureCode.UnsupportedMedia, NothingDecoded(media, log), exitCode);
        }

        if (rest > 0 || log.Fault is not null)
        {
            throw process.Failed(FailureCode.ToolFailed, $"Reading {media.File.DisplayName} failed: ffmpeg's frames and its log do not match{(log.Fault is { } f ? $" ({f})" : "")}.", exitCode);
        }

        // 1 and 69 mean errors in the data, of which enough was told already; above 128 a signal ended the program.
        if (exitCode is > 128 or < 0)
        {
            throw process.Failed(FailureCode.ToolFailed, $"ffmpeg crashed while decoding {media.File.DisplayName} after {log.Seen} frames.", exitCode);
        }
    }

    private static string NothingDecoded(MediaInfo media, StampLog log)
    {
        var errors = log.Errors();
        return errors.Any(e => e.Contains("exceeds specified max pixel count", StringComparison.Ordinal))
            ? $"{media.File.DisplayName} holds a picture larger than allowed."
            : $"{media.File.DisplayName} holds no picture that can be decoded: {SafeInput.Cause(errors)}.";
    }

    private static async Task<VettingException> BrokenAsync(ToolProcess process, ToolCommand command, string what)
    {
        var exitCode = await process.WaitForExitAsync().ConfigureAwait(false);
        return process.Failed(FailureCode.ToolFailed, $"{command.Name} failed: {what}.", exitCode);
    }

    private static FrameBatch Give(ref FrameBatch? batch)
    {
        var given = batch!;
        batch = null;
        return given;
    }
}
