namespace Framevet.Pipeline.Recipes;

/// <summary>Finds what somebody probably meant.</summary>
public static class Suggestion
{
    /// <summary>"did you mean 'x'? known: a, b" for a name that is not among <paramref name="known"/>.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var sorted = known.Order(StringComparer.Ordinal).ToList();
        if (sorted.Count == 0)
        {
            return "there are none";
        }

        var list = "known: " + string.Join(", ", sorted);
        return Nearest(name, sorted) is { } near ? $"did you mean '{near}'? {list}" : list;
    }

    /// <summary>The known name nearest to <paramref name="name"/>, or null when none is near (more than a third of its letters differ).</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var best = known
            .Select(k => (Name: k, Distance: Distance(name.ToLowerInvariant(), k.ToLowerInvariant())))
            .OrderBy(c => c.Distance)
            .ThenBy(c => c.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, best.Name.Length / 3) ? best.Name : null;
    }

    // Levenshtein distance with two rows.
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(previous[j], current[j - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
