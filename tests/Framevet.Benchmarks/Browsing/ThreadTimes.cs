using System.Globalization;

namespace Framevet.Benchmarks.Browsing;

/// <summary>Processor time by kind of process and name of thread, of a process and all its descendants, from Linux's /proc.</summary>
internal static class ThreadTimes
{
    // Of the fields of stat after the name: state is the first, so user and system time are the 12th and 13th. In hundredths of a second.
    private const int User = 11;
    private const int Sys = 12;

    /// <summary>Seconds so far by "program thread".</summary>
    public static IReadOnlyDictionary<string, double> Of(params int[] roots)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
            .ToDictionary(id => id, id => Fields($"/proc/{id}/stat") is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0);
        var times = new Dictionary<string, double>();
        foreach (var id in parents.Keys.Where(IsOurs))
        {
            var kind = Kind(id);
            foreach (var thread in Try(() => Directory.GetDirectories($"/proc/{id}/task")) ?? [])
            {
                if (Try(() => File.ReadAllText($"{thread}/comm").Trim()) is { } name && Fields($"{thread}/stat") is { Length: > Sys } fields)
                {
                    var key = $"{kind} {name}";
                    times[key] = times.GetValueOrDefault(key) + ((double.Parse(fields[User], CultureInfo.InvariantCulture) + double.Parse(fields[Sys], CultureInfo.InvariantCulture)) / 100);
                }
            }
        }

        return times;

        bool IsOurs(int id) => id > 1 && (roots.Contains(id) || (parents.TryGetValue(id, out var parent) && IsOurs(parent)));
    }

    private static string Kind(int id)
    {
        var words = (Try(() => File.ReadAllText($"/proc/{id}/cmdline")) ?? "").Split('\0', ' ');
        var type = words.FirstOrDefault(w => w.StartsWith("--type=", StringComparison.Ordinal))?[7..];
        var sub = words.FirstOrDefault(w => w.StartsWith("--utility-sub-type=", StringComparison.Ordinal))?[19..];
        return sub ?? type ?? Path.GetFileName(words[0]);
    }

    private static string[] Fields(string file) => Try(() => File.ReadAllText(file)) is { } line ? line[(line.LastIndexOf(')') + 2)..].Split(' ') : [];

    // Threads end while they are counted.
    private static T? Try<T>(Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
