using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Framevet.Pipeline.Subtitles;

/// <summary>
/// Cuts text into words that compare: lower case, without accents, and as stems where word forms shall match (English only; see <see cref="PorterStemmer"/>). Scripts that
/// put no space between words are cut into single characters, so that a keyword matches wherever its characters follow one another.
/// </summary>
internal sealed class SpokenWords(bool hasForms, string language)
{
    private readonly bool _isStemmed = hasForms && language.Equals("en", StringComparison.OrdinalIgnoreCase);

    /// <summary>The words in order.</summary>
    public ImmutableArray<string> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        foreach (var rune in text.Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            if (IsOwnWord(rune))
            {
                End(word, words);
                words.Add(rune.ToString());
            }
            else if (Rune.IsLetterOrDigit(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (rune.Value is '\'' or '\u2019')
            {
                word.Append('\'');
            }
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Format))
            {
                End(word, words);
            }
        }

        End(word, words);
        return words.ToImmutable();
    }

    /// <summary>Whether the phrase stands in the words, one after the other.</summary>
    public static bool Contains(ImmutableArray<string> words, ImmutableArray<string> phrase)
    {
        for (var at = 0; at + phrase.Length <= words.Length; at++)
        {
            if (words.AsSpan(at, phrase.Length).SequenceEqual(phrase.AsSpan()))
            {
                return true;
            }
        }

        return false;
    }

    private void End(StringBuilder letters, ImmutableArray<string>.Builder words)
    {
        var word = letters.ToString().Trim('\'');
        letters.Clear();
        if (_isStemmed && word.EndsWith("'s", StringComparison.Ordinal))
        {
            word = word[..^2];
        }

        word = word.Replace("'", "", StringComparison.Ordinal);
        if (word.Length > 0)
        {
            words.Add(_isStemmed ? PorterStemmer.Stem(word) : word);
        }
    }

    // Han, kana, Thai, Lao, Khmer, Burmese.
    private static bool IsOwnWord(Rune rune) => Rune.IsLetter(rune) && rune.Value is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x3FFFF) or (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF);
}
