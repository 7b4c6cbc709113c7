namespace Framevet.Pipeline.Ingest;

/// <summary>Names of pictures: which files count, and the order in which people count them (2 before 10). Ties end with the ordinal order, so that every machine agrees.</summary>
internal sealed class FolderNames : IComparer<string>
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"];

    /// <summary>The one order.</summary>
    public static FolderNames Natural { get; } = new();

    /// <summary>Whether a file of this name is taken for a picture; what it really is, decoding tells.</summary>
    public static bool IsPicture(string name) => Endings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var digitsA = Digits(a);
            var digitsB = Digits(b);
            if (digitsA > 0 && digitsB > 0)
            {
                var numberA = a[..digitsA].TrimStart('0');
                var numberB = b[..digitsB].TrimStart('0');
                var order = numberA.Length != numberB.Length ? numberA.Length.CompareTo(numberB.Length) : numberA.SequenceCompareTo(numberB);
                if (order != 0)
                {
                    return order;
                }

                a = a[digitsA..];
                b = b[digitsB..];
                continue;
            }

            var letters = char.ToLowerInvariant(a[0]).CompareTo(char.ToLowerInvariant(b[0]));
            if (letters != 0)
            {
                return letters;
            }

            a = a[1..];
            b = b[1..];
        }

        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(x, y);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
        {
            count++;
        }

        return count;
    }
}
