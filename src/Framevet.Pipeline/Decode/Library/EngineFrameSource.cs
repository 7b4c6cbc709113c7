using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Chooses what decodes, and goes on with ffmpeg as a program wherever the library gives up: frames, numbers and stamps are the same.</summary>
internal sealed class EngineFrameSource(LibavFrameSource library, FfmpegFrameSource program, IOptions<ToolOptions> options) : IFrameSource
{
    // Loading the libraries takes as long as probing a file: both at once where the libraries are to be used.
    private readonly Task _loading = options.Value.Engine == DecodeEngine.Pipe ? Task.CompletedTask : Task.Run(() => Libav.IsAvailable);

    /// <inheritdoc/>
    public IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);

        // Hardware is reached through the program only.
        return options.Value is { Engine: not DecodeEngine.Pipe, HardwareDecode: "off" } && LibavFrameSource.Serves(request)
            ? BothAsync(request, progress, ct)
            : program.ReadAsync(request, progress, ct);
    }

    private async IAsyncEnumerable<FrameBatch> BothAsync(DecodeRequest request, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        await _loading.ConfigureAwait(false);
        FrameStamp? last = null;
        var frames = library.ReadAsync(request, progress, ct).GetAsyncEnumerator(ct);
        await using (frames.ConfigureAwait(false))
        {
            while (await MovedAsync(frames).ConfigureAwait(false) is { } isMore)
            {
                if (!isMore)
                {
                    yield break;
                }

                var batch = frames.Current;
                last = new FrameStamp(batch[batch.Count - 1].Index, batch[batch.Count - 1].Pts);
                yield return batch;
            }
        }

        if (request.Segment is not null)
        {
            // The whole file would have been read by the program from here on, its other segments, too.
            throw new SegmentVoidException("the decoder of this process gives up in it");
        }

        var onward = last is { } at ? new Onward(progress, at.Index) : progress;
        await foreach (var batch in program.ReadAsync(last is null ? request : request with { ResumeAt = last }, onward, ct).ConfigureAwait(false))
        {
            batch.Compact((in Frame frame) => last is not { } seen || frame.Pts > seen.Pts);
            if (batch.Count == 0)
            {
                batch.Dispose();
                continue;
            }

            yield return batch;
        }
    }

    /// <summary>What the program decodes comes on top of what the library decoded before the frame with which the program begins.</summary>
    private sealed class Onward(IProgress<DecodeProgress> progress, int before) : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value) => progress.Report(value with { Decoded = before + value.Decoded });
    }

    /// <summary>Whether there is another batch; null when the library gave up.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool?> MovedAsync(IAsyncEnumerator<FrameBatch> frames)
    {
        try
        {
            return await frames.MoveNextAsync().ConfigureAwait(false);
        }
        catch (LibraryGaveUpException)
        {
            return null;
        }
    }
}
