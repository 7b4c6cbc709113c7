namespace Framevet.Pipeline.Runs;

/// <summary>Speed and remaining time of one piece of work, and the pace at which progress is told. Thread-safe.</summary>
internal sealed class ProgressMeter(TimeProvider time)
{
    /// <summary>Shortest time between two reports of the same stage: four a second.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private RunStage? _stage;
    private long _stageStart;
    private double? _firstFraction;
    private long _lastTick;
    private long _decoded;

    /// <summary>Takes the number of pictures decoded since this piece of work began.</summary>
    public void CountDecoded(long decoded) => Interlocked.Exchange(ref _decoded, decoded);

    /// <summary>Whether it is time to tell; the first and the complete report of a stage always are.</summary>
    public bool TryTick(RunStage stage, double? fraction, out Reading reading)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_stage != stage)
            {
                (_stage, _stageStart, _firstFraction) = (stage, now, fraction);
            }
            else if (fraction is not 1 && time.GetElapsedTime(_lastTick, now) < Pace)
            {
                reading = default;
                return false;
            }

            _lastTick = now;
            _firstFraction ??= fraction;
            reading = Read(time.GetElapsedTime(_stageStart, now), fraction);
            return true;
        }
    }

    // A resumed run starts in the middle: only what this work has done tells its speed.
    private Reading Read(TimeSpan elapsed, double? fraction)
    {
        var decoded = Interlocked.Read(ref _decoded);
        double? speed = _stage == RunStage.Score && decoded > 0 && elapsed > TimeSpan.Zero ? decoded / elapsed.TotalSeconds : null;
        var done = fraction - _firstFraction;
        TimeSpan? remaining = done > 0.005 && elapsed > TimeSpan.Zero ? elapsed * ((1 - fraction!.Value) / done.Value) : null;
        return new Reading(speed, remaining);
    }

    /// <summary>Decoded frames per second and estimated rest; null when unknown.</summary>
    public readonly record struct Reading(double? FramesPerSecond, TimeSpan? Remaining);
}
