using System.Globalization;

namespace Framevet.Benchmarks;

/// <summary>User and system time of processes in seconds, from Linux's /proc; 0 of one that is gone.</summary>
internal static class ProcessorTime
{
    private const double Tick = 1.0 / 100;

    /// <summary>Its own.</summary>
    public static double Own(int id) => Sum(id, 11, 12);

    /// <summary>That of children of it that have ended, and of theirs.</summary>
    public static double Ended(int id) => Sum(id, 13, 14);

    /// <summary>Its own and that of all children, alive or not.</summary>
    public static double Family(int id) => Own(id) + Ended(id)
        + Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
            .Where(child => Fields(child) is [_, var parent, ..] && parent == id.ToString(CultureInfo.InvariantCulture)).Sum(child => Own(child) + Ended(child));

    private static double Sum(int id, int first, int second) => Fields(id) is { Length: > 14 } fields ? (Number(fields[first]) + Number(fields[second])) * Tick : 0;

    // Behind the name, which may hold spaces.
    private static string[] Fields(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
