namespace Framevet.Cli;

/// <summary>The result of one file in lines for people.</summary>
internal static class VetSummary
{
    // Lines for flagged frames before the rest is only counted.
    private const int MaxFlagged = 10;

    // Scenes whose beginning is named.
    private const int MaxScenes = 12;

    public static void Print(VetReport report)
    {
        var funnel = report.Funnel!;
        Console.WriteLine($"{report.File}: {funnel.Decoded} decoded > {funnel.Sampled} scored > {funnel.PassedGates} passed the gates > {funnel.Allowed} allowed > {funnel.Selected} picked");
        foreach (var pick in report.Picks)
        {
            var quality = pick.Scores.TryGetValue("quality", out var value) ? string.Create(Printing.Culture, $"  quality {value:0.0}") : "";
            Console.WriteLine($"  {pick.Rank,3}.  {Printing.Position(pick.Seconds),12}  frame {pick.Index}{quality}");
        }

        foreach (var frame in report.Flagged.Take(MaxFlagged))
        {
            Console.WriteLine($"  flagged  {Printing.Position(frame.Seconds),12}  frame {frame.Index}  {frame.Decision.ToString().ToLowerInvariant()}: {frame.Reason}");
        }

        if (report.Flagged.Length > MaxFlagged)
        {
            Console.WriteLine($"  flagged  {report.Flagged.Length - MaxFlagged} more");
        }

        foreach (var plan in report.Plans)
        {
            Console.WriteLine(string.Create(Printing.Culture, $"  would write {plan.Names.Length} files, about {plan.Bytes / 1e6:0.0} MB ({plan.PeakBytes / 1e6:0.0} MB at the worst moment; {plan.FreeBytes / 1e6:0} MB are free){(plan.Fits ? "" : ": not enough room")}"));
            foreach (var name in plan.Names)
            {
                Console.WriteLine($"    {name}");
            }
        }

        if (report.Scenes.Length > 0)
        {
            Console.WriteLine($"  {report.Scenes.Length} scenes: {string.Join(", ", report.Scenes.Take(MaxScenes).Select(s => Printing.Position(s.FirstSeconds)))}{(report.Scenes.Length > MaxScenes ? ", …" : "")}");
        }

        foreach (var output in report.Outputs)
        {
            Console.WriteLine($"  written to {output}");
        }
    }
}
