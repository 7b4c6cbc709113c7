using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Framevet.Web.Hosting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>
/// Passwords that attackers try first: a built-in list (<c>breached.bin</c>: the first 8 bytes of SHA-1 hashes in rising order, made by
/// <c>build/breached-list.py</c>), and a larger file of the operator's. Nothing is asked outside. Thread-safe.
/// </summary>
internal sealed class BreachedList
{
    private const int Width = sizeof(ulong);
    private const int HashDigits = 40;
    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly Lazy<byte[]> BuiltIn = new(Load);
    private readonly string? _file;

    /// <exception cref="ConfigurationException">The operator's file is not there, or not of this form.</exception>
    public BreachedList(IOptions<FramevetOptions> options) : this(options.Value.SignIn.BreachedListFile)
    {
    }

    internal BreachedList(string? file)
    {
        if (file is not null && (!File.Exists(file) || (File.ReadLines(file).FirstOrDefault() is { } line && !IsHash(line))))
        {
            throw new ConfigurationException($"Framevet:SignIn:BreachedListFile: {file} is no file of SHA-1 hashes, one in hexadecimal a line.");
        }

        _file = file;
    }

    /// <summary>How many passwords the built-in list knows.</summary>
    public static int BuiltInCount => BuiltIn.Value.Length / Width;

    /// <summary>Whether the password, as it is or in lower case, is on a list.</summary>
    public bool Contains(string password) => new[] { password, password.ToLowerInvariant() }.Distinct().Any(text =>
    {
#pragma warning disable CA5350 // Lists of breached passwords are published as SHA-1; nothing is protected by it here.
        var hash = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
        return IsBuiltIn(hash) || (_file is not null && IsInFile(_file, Convert.ToHexString(hash)));
    });

    private static bool IsBuiltIn(byte[] hash)
    {
        var (wanted, list) = (BinaryPrimitives.ReadUInt64BigEndian(hash), BuiltIn.Value);
        var (low, high) = (0, (list.Length / Width) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = BinaryPrimitives.ReadUInt64BigEndian(list.AsSpan(middle * Width));
            if (found == wanted)
            {
                return true;
            }

            (low, high) = found < wanted ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }

    /// <summary>Halves the file until the line is found; lines may be of any length, so a cut is moved to the next beginning of one.</summary>
    private static bool IsInFile(string path, string hash)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.RandomAccess);
        var (low, high) = (0L, file.Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var (start, line) = LineFrom(file, middle, low);
            if (line is null)
            {
                high = middle;
                continue;
            }

            var order = string.Compare(line.Length >= HashDigits ? line[..HashDigits] : line, hash, StringComparison.OrdinalIgnoreCase);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order < 0 ? (start + line.Length, high) : (low, middle);
        }

        return false;
    }

    /// <summary>The first line that begins at or after <paramref name="at"/> (or exactly at <paramref name="low"/>); no line at the end of the file.</summary>
    private static (long Start, string? Line) LineFrom(FileStream file, long at, long low)
    {
        file.Position = at;
        if (at > low)
        {
            int skipped;
            while ((skipped = file.ReadByte()) is not '\n' and not -1)
            {
            }
        }

        var text = new StringBuilder();
        int next;
        long start;
        do
        {
            start = file.Position;
            next = file.ReadByte();
        }
        while (next is '\n' or '\r');
        while (next is not '\n' and not '\r' and not -1)
        {
            text.Append((char)next);
            next = file.ReadByte();
        }

        return (start, text.Length == 0 ? null : text.ToString());
    }

    private static bool IsHash(string line) => line.Length >= HashDigits && line.AsSpan(0, HashDigits).IndexOfAnyExcept(HexDigits) < 0;

    private static byte[] Load()
    {
        using var stream = typeof(BreachedList).Assembly.GetManifestResourceStream("breached.bin")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
