using System.Diagnostics;
using System.Diagnostics.Metrics;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Telemetry;

/// <summary>Numbers about the work of this process, for whoever listens to the meter. Names are an API. No file names, no user names.</summary>
public static class PipelineMeter
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Framevet";

    private static readonly Meter Own = new(Name);
    private static readonly Counter<long> Frames = Own.CreateCounter<long>("framevet.frames", null, "Frames by stage: decoded, sampled, passed_gates, allowed, blocked, in_review, selected, exported.");
    private static readonly Counter<double> Busy = Own.CreateCounter<double>("framevet.stage.seconds", "s", "Time spent by stage: decode (waiting for frames), score, moderate, store, select, export.");
    private static readonly Counter<long> Ended = Own.CreateCounter<long>("framevet.runs.ended", null, "Runs that ended, by state.");
    private static readonly Counter<long> CacheRequests = Own.CreateCounter<long>("framevet.cache.requests", null, "Requests to caches, by cache and whether it had the answer.");
    private static readonly Counter<long> Refused = Own.CreateCounter<long>("framevet.intake.refused", null, "Files and links refused at the door, by code.");

    /// <summary>What came on between two counts of a run.</summary>
    internal static void Count(Funnel before, Funnel after)
    {
        Add("decoded", after.Decoded - before.Decoded);
        Add("sampled", after.Sampled - before.Sampled);
        Add("passed_gates", after.PassedGates - before.PassedGates);
        Add("allowed", after.Allowed - before.Allowed);
        Add("blocked", after.Blocked - before.Blocked);
        Add("in_review", after.InReview() - before.InReview());
        Add("selected", after.Selected - before.Selected);
        Add("exported", after.Exported - before.Exported);

        static void Add(string stage, long frames)
        {
            // Verdicts change and counts may fall; a counter only rises.
            if (frames > 0)
            {
                Frames.Add(frames, new KeyValuePair<string, object?>("stage", stage));
            }
        }
    }

    /// <summary>Time of a stage.</summary>
    internal static void Spend(string stage, TimeSpan time) => Busy.Add(time.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    /// <summary>A run reached a state; only final ones count.</summary>
    internal static void CountState(RunState state)
    {
        if (state.IsFinal())
        {
            Ended.Add(1, new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant()));
        }
    }

    /// <summary>A cache was asked.</summary>
    public static void CountCache(string cache, bool isHit) =>
        CacheRequests.Add(1, new TagList { { "cache", cache }, { "hit", isHit ? "true" : "false" } });

    /// <summary>Something was refused at the door.</summary>
    public static void CountRefusal(FailureCode code) => Refused.Add(1, new KeyValuePair<string, object?>("code", code.ToString()));
}
