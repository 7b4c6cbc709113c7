using System.Runtime.CompilerServices;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>
/// Frames through the system's libavcodec in this process: no pipe, no log to read, and stretches of the file decoded beside each other. Serves what it
/// can do exactly as ffmpeg as a program does. Thread-safe; each call has threads of its own.
/// </summary>
internal sealed class LibavFrameSource(FramePool pool, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits) : IFrameSource
{
    // Decoded views waiting for the consumer.
    private const long MaxViewBytes = 56L * 1024 * 1024;

    // Batches that consumers have in hand: being measured, or read ahead for that.
    private const int BatchesBehind = 9;

    // Frames that a stretch must be able to be ahead by to keep its thread busy while the one before is consumed; large views are not kept in such numbers.
    private const int LongStretch = 100;

    /// <summary>Whether the reading is one that the library serves; anything else is for ffmpeg as a program.</summary>
    public static bool Serves(DecodeRequest request) => Libav.IsAvailable
        && request is { ResumeAt: null or { Index: 0 }, Plan: { WithLast: false, Within: { IsDefaultOrEmpty: true } } }
        && request.Media is { Kind: MediaKind.Video, Rotation: 0, IsMirrored: false, PixelFormat: "yuv420p" or "yuvj420p" } media
        && media.Codec is "h264" or "hevc" or "vp9" && media.ColorSpace is not "bt2020c"
        && (request.Plan is not DecodePlan.Keyframes || media.Codec != "vp9")
        && Demuxer(media) is "mov" or "matroska"
        && ViewScaler.Fits(FilterChain.Layout(media, request.MaxSide), media.CodedWidth, media.CodedHeight);

    /// <summary>Reads as <see cref="IFrameSource.ReadAsync"/> promises, or gives up: before the first frame, or behind any batch.</summary>
    /// <exception cref="LibraryGaveUpException">The library cannot read the file, or not any further.</exception>
    public async IAsyncEnumerable<FrameBatch> ReadAsync(DecodeRequest request, IProgress<DecodeProgress> progress, [EnumeratorCancellation] CancellationToken ct)
    {
        var isSkipping = request.Plan is DecodePlan.Keyframes;
        using var input = Open(request.Media);
        using var task = new ReadingTask(request, FilterChain.Layout(request.Media, request.MaxSide), isSkipping);
        using var packets = new PacketPool();
        var workers = Workers(request);
        var damage = new DamageTally();
        var ahead = Ahead(workers, (long)task.BatchFrames * task.FrameBytes);
        if (request.OnlySums is not null)
        {
            pool.Foresee((ahead * (workers + 1)) + workers + BatchesBehind, task.BatchFrames);
        }

        var isFarAhead = workers > 1 && ahead * task.BatchFrames >= LongStretch;
        using var board = new ChainBoard(workers + 1, ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var decoders = new DecoderSet();
        for (var i = 0; i < workers; i++)
        {
            decoders.Add(new ChainDecoder(isLast => Decoder(input, isSkipping, isSkipping || (!isLast && isFarAhead && board.HasMany(stop.Token))), pool, task, damage));
        }

        var feed = new PacketFeed(input, request.Media.Codec, packets, board) { MayCut = workers > 1, Segment = request.Segment };
        Task[] threads = [Start(() => Feed(feed, board, stop.Token)), .. decoders.Select(d => Start(() => d.Run(board, stop.Token)))];
        var output = new ChainOutput(request, task, board, damage, progress);
        try
        {
            await foreach (var batch in output.ReadAsync(ct).ConfigureAwait(false))
            {
                yield return batch;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var thread in threads)
            {
                await thread.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            feed.Abandon();
            board.Drop();
        }

        if (output.Seen == 0)
        {
            throw new LibraryGaveUpException("nothing could be decoded");
        }
    }

    private static void Feed(PacketFeed feed, ChainBoard board, CancellationToken ct)
    {
        Exception? error = null;
        try
        {
            feed.Run(ct);
        }
#pragma warning disable CA1031 // Every failure is handed to the consumer, who decides.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        board.Complete(error);
    }

    // Threads of their own: they work for long and wait for each other, which the pool is not made for.
    private static Task Start(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // Batches that each chain may be ahead by. All chains together, with those being filled and those being used, stay within what the pool keeps:
    // beyond that every batch would be memory allocated anew.
    internal static int Ahead(int workers, long batchBytes) =>
        (int)Math.Clamp(MaxViewBytes / (workers + 1) / batchBytes, 2, Math.Clamp(((FramePool.MaxKept * 3 / 4) - workers) / (workers + 1), 2, 16));

    private static string Demuxer(MediaInfo media) => media.Container.Split(',')[0];

    // Frames out of a counted row need the number of the first, which only a decode in order knows.
    private int Workers(DecodeRequest request) =>
        request.Plan is DecodePlan.Nth ? 1
        : toolOptions.Value.DecoderStretches is > 0 and var wanted ? wanted : Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>Opens the stream that the probe chose.</summary>
    /// <exception cref="LibraryGaveUpException">The library cannot, or sees another stream.</exception>
    private static LibavInput Open(MediaInfo media)
    {
        var demuxer = Demuxer(media);
        var input = LibavInput.Open(SafeInput.Url(media.File.Path), demuxer, media.StreamIndex, SafeInput.Options(demuxer))
            ?? throw new LibraryGaveUpException("the file cannot be opened");
        if (input.Codec == media.Codec && input.TimeBase == media.TimeBase)
        {
            return input;
        }

        input.Dispose();
        throw new LibraryGaveUpException("the library sees another stream");
    }

    private sealed class DecoderSet : List<ChainDecoder>, IDisposable
    {
        public void Dispose() => ForEach(d => d.Dispose());
    }

    // Where every decoding thread has a stretch of its own, more threads below it would only wait for each other.
    private LibavDecoder Decoder(LibavInput input, bool isSkipping, bool isAlone)
    {
        var threads = toolOptions.Value.DecoderThreads is > 0 and var wanted ? wanted : isAlone ? 1 : Math.Clamp(2 * Environment.ProcessorCount, 1, 8);
        return input.NewDecoder(threads, isSkipping, limits.Value.MaxPixels) ?? throw new LibraryGaveUpException("there is no decoder");
    }
}
