using System.Collections.Immutable;

namespace Framevet.Pipeline.Subtitles;

/// <summary>
/// Takes the endings off English words, so that "connections" and "connected" meet in "connect". M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980: the five
/// steps as printed there. One departure, that of the author's own program: words of one or two letters stay as they are.
/// </summary>
internal static class PorterStemmer
{
    // Rules (suffix, replacement) of the steps; of those that fit, the longest suffix counts, whether its condition holds or not.
    private static readonly ImmutableArray<(string Suffix, string Replacement)> Step2 = Longest(
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"),
        ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"));

    private static readonly ImmutableArray<(string Suffix, string Replacement)> Step3 = Longest(
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""));

    private static readonly ImmutableArray<(string Suffix, string Replacement)> Step4 = Longest(
        ("al", ""), ("ance", ""), ("ence", ""), ("er", ""), ("ic", ""), ("able", ""), ("ible", ""), ("ant", ""), ("ement", ""), ("ment", ""), ("ent", ""), ("ion", ""), ("ou", ""),
        ("ism", ""), ("ate", ""), ("iti", ""), ("ous", ""), ("ive", ""), ("ize", ""));

    /// <summary>The stem of a word in lower-case letters a..z; other words come back unchanged.</summary>
    public static string Stem(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        if (word.Length <= 2 || !word.All(char.IsAsciiLetterLower))
        {
            return word;
        }

        var stem = Step1c(Step1b(Step1a(word)));
        stem = Replaced(stem, Step2, (s, _) => Measure(s) > 0);
        stem = Replaced(stem, Step3, (s, _) => Measure(s) > 0);
        stem = Replaced(stem, Step4, (s, suffix) => Measure(s) > 1 && (suffix != "ion" || s[^1] is 's' or 't'));
        return Step5(stem);
    }

    // Plurals.
    private static string Step1a(string word) =>
        word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("ies", StringComparison.Ordinal) ? word[..^2]
        : word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1]
        : word;

    // Past and progressive; what was taken off may leave a stem that wants an e, or a doubled consonant.
    private static string Step1b(string word)
    {
        if (word.EndsWith("eed", StringComparison.Ordinal))
        {
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        }

        var stem = word.EndsWith("ed", StringComparison.Ordinal) ? word[..^2] : word.EndsWith("ing", StringComparison.Ordinal) ? word[..^3] : null;
        if (stem is null || !HasVowel(stem))
        {
            return word;
        }

        if (stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal))
        {
            return stem + "e";
        }

        return EndsDouble(stem) && stem[^1] is not ('l' or 's' or 'z') ? stem[..^1]
            : Measure(stem) == 1 && EndsShort(stem) ? stem + "e"
            : stem;
    }

    private static string Step1c(string word) => word[^1] == 'y' && HasVowel(word[..^1]) ? word[..^1] + "i" : word;

    private static string Step5(string word)
    {
        if (word[^1] == 'e' && word[..^1] is var stem && (Measure(stem) > 1 || (Measure(stem) == 1 && !EndsShort(stem))))
        {
            word = stem;
        }

        return word.EndsWith("ll", StringComparison.Ordinal) && Measure(word) > 1 ? word[..^1] : word;
    }

    private static string Replaced(string word, ImmutableArray<(string Suffix, string Replacement)> rules, Func<string, string, bool> holds)
    {
        foreach (var (suffix, replacement) in rules)
        {
            if (word.EndsWith(suffix, StringComparison.Ordinal))
            {
                var stem = word[..^suffix.Length];
                return stem.Length > 0 && holds(stem, suffix) ? stem + replacement : word;
            }
        }

        return word;
    }

    /// <summary>m of the form [C](VC)^m[V]: how often vowels are followed by consonants.</summary>
    private static int Measure(string stem)
    {
        var count = 0;
        for (var i = 1; i < stem.Length; i++)
        {
            count += IsConsonant(stem, i) && !IsConsonant(stem, i - 1) ? 1 : 0;
        }

        return count;
    }

    private static bool HasVowel(string stem) => Enumerable.Range(0, stem.Length).Any(i => !IsConsonant(stem, i));

    // *d: a double consonant.
    private static bool EndsDouble(string stem) => stem.Length > 1 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1);

    // *o: consonant, vowel, consonant, the last not w, x or y.
    private static bool EndsShort(string stem) =>
        stem.Length > 2 && IsConsonant(stem, stem.Length - 3) && !IsConsonant(stem, stem.Length - 2) && IsConsonant(stem, stem.Length - 1) && stem[^1] is not ('w' or 'x' or 'y');

    // A letter other than a, e, i, o, u, and other than y after a consonant.
    private static bool IsConsonant(string word, int at) => word[at] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => at == 0 || !IsConsonant(word, at - 1),
        _ => true,
    };

    private static ImmutableArray<(string, string)> Longest(params (string Suffix, string Replacement)[] rules) => [.. rules.OrderByDescending(r => r.Suffix.Length)];
}
