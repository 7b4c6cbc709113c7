using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>What the threads of one reading have in common.</summary>
internal sealed class ReadingTask(DecodeRequest request, FrameLayout layout, bool isSkipping) : IDisposable
{
    private const int MaxBatch = 24;
    private const int MaxBatchBytes = 16 * 1024 * 1024;

    private readonly ManualResetEventSlim _hasOrigin = new(request.Segment is not null);
    private Pts _origin = new(request.Segment?.Origin ?? 0, request.Media.TimeBase);

    /// <summary>What was asked for.</summary>
    public DecodeRequest Request => request;

    /// <summary>Size of the view.</summary>
    public FrameLayout Layout => layout;

    /// <summary>Whether the decoder skips all but keyframes.</summary>
    public bool IsSkipping => isSkipping;

    /// <summary>Frames before the first one that is read.</summary>
    public int FirstIndex => request.Segment?.FirstIndex ?? 0;

    /// <summary>Frames in a batch.</summary>
    public int BatchFrames { get; } = request.OnlySums is null ? Math.Clamp(MaxBatchBytes / layout.FrameBytes, 1, MaxBatch) : MaxBatch;

    /// <summary>Memory of a frame in bytes.</summary>
    public int FrameBytes { get; } = request.OnlySums is null ? layout.FrameBytes : PlaneStats.Bytes;

    /// <summary>The first stamp of the file, where grids begin: that of the first frame of the first chain, unless a segment knows it. Asked by each chain with its own first frame.</summary>
    public Pts Origin(int chain, Pts first, CancellationToken ct)
    {
        if (chain == 0)
        {
            if (!_hasOrigin.IsSet)
            {
                _origin = first;
                _hasOrigin.Set();
            }
        }
        else
        {
            _hasOrigin.Wait(ct);
        }

        return _origin;
    }

    /// <inheritdoc/>
    public void Dispose() => _hasOrigin.Dispose();
}
