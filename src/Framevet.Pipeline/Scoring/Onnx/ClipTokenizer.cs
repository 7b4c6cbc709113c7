using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Text to token numbers as CLIP was trained with: lower case, words by a pattern, bytes as printable letters, pairs joined in the order of the merge rules, the last letter of a word marked
/// (A. Radford et al., 2021; the published <c>vocab.json</c> and <c>merges.txt</c>). Immutable, thread-safe.
/// </summary>
internal sealed partial class ClipTokenizer
{
    private const string Start = "<|startoftext|>";
    private const string End = "<|endoftext|>";
    private const string WordEnd = "</w>";

    // Vocabularies have some hundred kilobytes.
    private const long MaxBytes = 32L * 1024 * 1024;

    private static readonly string[] Letters = [.. Enumerable.Range(0, 256).Select(Letter)];

    private readonly FrozenDictionary<string, long> _numbers;
    private readonly FrozenDictionary<(string, string), int> _ranks;
    private readonly long _start;
    private readonly long _end;

    private ClipTokenizer(Dictionary<string, long> numbers, Dictionary<(string, string), int> ranks)
    {
        (_numbers, _ranks) = (numbers.ToFrozenDictionary(StringComparer.Ordinal), ranks.ToFrozenDictionary());
        _start = numbers.TryGetValue(Start, out var start) ? start : throw new InvalidDataException($"The vocabulary has no '{Start}'.");
        _end = numbers.TryGetValue(End, out var end) ? end : throw new InvalidDataException($"The vocabulary has no '{End}'.");
    }

    /// <summary>Reads both files.</summary>
    /// <exception cref="VettingException">ModelMismatch, naming the file.</exception>
    public static ClipTokenizer Read(string vocabularyPath, string mergesPath)
    {
        try
        {
            if (new FileInfo(vocabularyPath).Length > MaxBytes || new FileInfo(mergesPath).Length > MaxBytes)
            {
                throw new InvalidDataException("They are far too large.");
            }

            var numbers = JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllBytes(vocabularyPath)) ?? throw new InvalidDataException("The vocabulary is empty.");
            var ranks = new Dictionary<(string, string), int>();
            foreach (var pair in File.ReadLines(mergesPath, Encoding.UTF8).Where(l => !l.StartsWith("#version", StringComparison.Ordinal)).Select(l => l.Split(' ')).Where(p => p.Length == 2))
            {
                ranks.TryAdd((pair[0], pair[1]), ranks.Count);
            }

            return new ClipTokenizer(numbers, ranks);
        }
        catch (Exception trouble) when (trouble is JsonException or InvalidDataException or IOException)
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The tokenizer files {Path.GetFileName(vocabularyPath)} and {Path.GetFileName(mergesPath)} do not hold what they should.", trouble.Message, trouble);
        }
    }

    /// <summary>Exactly <paramref name="length"/> numbers: start, tokens (cut off where there are too many), and the end mark from there on.</summary>
    public long[] Encode(string text, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        var tokens = new long[length];
        Array.Fill(tokens, _end);
        tokens[0] = _start;
        var at = 1;
        foreach (var token in Words().Matches(Blanks().Replace(text.Trim(), " ").ToLowerInvariant()).SelectMany(w => Pieces(w.Value)))
        {
            if (at == length - 1)
            {
                break;
            }

            tokens[at++] = _numbers.TryGetValue(token, out var number) ? number : _end;
        }

        return tokens;
    }

    private List<string> Pieces(string word)
    {
        List<string> pieces = [.. Encoding.UTF8.GetBytes(word).Select(b => Letters[b])];
        pieces[^1] += WordEnd;
        while (pieces.Count > 1)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < pieces.Count; i++)
            {
                if (_ranks.TryGetValue((pieces[i], pieces[i + 1]), out var rank) && rank < best)
                {
                    (best, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                break;
            }

            var (left, right) = (pieces[at], pieces[at + 1]);
            for (var i = at; i + 1 < pieces.Count; i++)
            {
                if (pieces[i] == left && pieces[i + 1] == right)
                {
                    pieces[i] = left + right;
                    pieces.RemoveAt(i + 1);
                }
            }
        }

        return pieces;
    }

    // Printable bytes stand for themselves, the others for letters from 256 on in their order.
    private static string Letter(int value)
    {
        static bool IsPrintable(int b) => b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return IsPrintable(value) ? ((char)value).ToString() : ((char)(256 + Enumerable.Range(0, value).Count(b => !IsPrintable(b)))).ToString();
    }

    [GeneratedRegex(@"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
