using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Tests.Flow;

/// <summary>A stored frame as a line, without what differs between two runs (their ids).</summary>
internal static class FrameRows
{
    public static string Text(Candidate frame)
    {
        var findings = frame.Judgement is { } judgement ? $"{judgement.Verdict} {string.Join(' ', judgement.Findings)}" : "no judgement";
        return $"{frame.Pts.Value} {frame.Pts.TimeBase} #{frame.Index} rank {frame.Rank} {frame.Fingerprint:x16} {string.Join(' ', frame.Scores)} {findings} {string.Join(' ', frame.Losses)}";
    }
}
