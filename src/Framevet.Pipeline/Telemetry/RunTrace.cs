using System.Diagnostics;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Telemetry;

/// <summary>
/// Spans of a run: one for the run and one for each stage. Stages of the decoding loop take turns many times; each gets one span that begins with the loop and is as long as all its
/// turns together. Ids and counts only: no file names, no user names.
/// </summary>
public static class RunTrace
{
    /// <summary>Name of the source.</summary>
    public const string Name = "Framevet";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The work on a run; null when nobody listens.</summary>
    internal static Activity? Run(RunId run, string act) => Source.StartActivity($"run {act}")?.SetTag("framevet.run", run.ToString());

    /// <summary>A stage; null when nobody listens.</summary>
    internal static Activity? Stage(string stage) => Source.StartActivity(stage);

    /// <summary>A stage that took turns with others since <paramref name="began"/>.</summary>
    internal static void Turns(string stage, DateTimeOffset began, TimeSpan busy)
    {
        PipelineMeter.Spend(stage, busy);
        using var span = Source.StartActivity(stage, ActivityKind.Internal, Activity.Current?.Context ?? default, startTime: began);
        span?.SetTag("framevet.turns", true).SetEndTime((began + busy).UtcDateTime);
    }
}

/// <summary>How long the stages of a loop took, each over all its turns. One user at a time.</summary>
internal sealed class StageClock(TimeProvider time)
{
    private readonly List<(string Stage, TimeSpan Busy)> _stages = [];
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private long _last = time.GetTimestamp();

    /// <summary>The time since the last call belongs to this stage.</summary>
    public void Lap(string stage)
    {
        var now = time.GetTimestamp();
        var busy = time.GetElapsedTime(_last, now);
        _last = now;
        var at = _stages.FindIndex(s => s.Stage == stage);
        if (at < 0)
        {
            _stages.Add((stage, busy));
        }
        else
        {
            _stages[at] = (stage, _stages[at].Busy + busy);
        }
    }

    /// <summary>Tells all stages.</summary>
    public void Tell() => _stages.ForEach(s => RunTrace.Turns(s.Stage, _began, s.Busy));
}
