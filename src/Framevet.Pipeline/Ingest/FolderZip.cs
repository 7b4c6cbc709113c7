using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Framevet.Pipeline.Ingest;

/// <summary>
/// A stranger's zip of pictures. Names are labels, never paths; archives within it are left alone; and what it would unpack to is bounded before anything is unpacked, and again
/// while it is. Not thread-safe.
/// </summary>
internal sealed class FolderZip : IDisposable
{
    /// <summary>Most entries, of any kind.</summary>
    public const int MaxEntries = 50_000;

    /// <summary>Largest picture file in an archive.</summary>
    public const long MaxPictureBytes = 1L << 30;

    /// <summary>Most bytes that all entries unpack to.</summary>
    public const long MaxBytes = 64L << 30;

    /// <summary>Pictures are compressed already; a whole archive that unpacks to so many times its size is a bomb.</summary>
    public const int MaxRatio = 200;

    // Small archives may be as dense as they like.
    private const long RatioFrom = 64L << 20;

    // What the list of entries may take at the end of the file: it is read in one go.
    private const long MaxDirectory = 16L << 20;

    private readonly ZipArchive _archive;

    private FolderZip(ZipArchive archive) => _archive = archive;

    /// <summary>Whether the file begins like a zip.</summary>
    public static bool IsZip(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var head = new byte[4];
            return stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head is [(byte)'P', (byte)'K', 3, 4];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Opens the archive when it keeps to the limits. <paramref name="name"/>: for messages.</summary>
    /// <exception cref="VettingException">SourceRefused beyond a limit; UnsupportedMedia when damaged; SourceUnavailable.</exception>
    public static FolderZip Open(string path, string name)
    {
        FileStream? stream = null;
        ZipArchive? archive = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            CheckDirectory(stream, name);
            archive = new ZipArchive(stream, ZipArchiveMode.Read);
            Check(archive, name);
            var zip = new FolderZip(archive);
            (stream, archive) = (null, null);
            return zip;
        }
        catch (InvalidDataException e)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{name} is a damaged zip archive.", e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{name} cannot be read: {e.Message}", null, e);
        }
        finally
        {
            archive?.Dispose();
            stream?.Dispose();
        }
    }

    /// <summary>Labels of all files in the archive with their place in its list; folders and hidden things left out.</summary>
    public IEnumerable<(int Entry, string Name)> Files() => _archive.Entries
        .Select((e, i) => (Entry: i, Name: e.FullName.Replace('\\', '/').TrimStart('/')))
        .Where(e => !e.Name.EndsWith('/') && !e.Name.Split('/').Any(p => p.StartsWith('.') || p == "__MACOSX"));

    /// <summary>Unpacks one entry.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is damaged, encrypted, or larger than it says.</exception>
    public async Task UnpackAsync(int entry, string target, string name, CancellationToken ct)
    {
        var packed = _archive.Entries[entry];
        try
        {
            if (packed.IsEncrypted)
            {
                throw new InvalidDataException("it is encrypted");
            }

            var source = await packed.OpenAsync(ct).ConfigureAwait(false);
            await using var reading = source.ConfigureAwait(false);
            var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            await using var writing = file.ConfigureAwait(false);
            var buffer = new byte[128 * 1024];
            while (await source.ReadAsync(buffer, ct).ConfigureAwait(false) is var read and > 0)
            {
                if (file.Position + read > packed.Length)
                {
                    throw new InvalidDataException("it unpacks to more than the archive says");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{name} cannot be unpacked: {e.Message}.", null, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    private static void Check(ZipArchive archive, string name)
    {
        if (archive.Entries.Count > MaxEntries)
        {
            throw Refused(name, $"holds {archive.Entries.Count} entries; at most {MaxEntries} are allowed");
        }

        var (unpacked, packed) = (0m, 0m);
        foreach (var entry in archive.Entries)
        {
            (unpacked, packed) = (unpacked + entry.Length, packed + entry.CompressedLength);
            if (entry.Length > MaxPictureBytes && FolderNames.IsPicture(entry.FullName))
            {
                throw Refused(name, $"holds a picture of {Megabytes(entry.Length)} MB; at most {Megabytes(MaxPictureBytes)} are allowed");
            }
        }

        if (unpacked > MaxBytes)
        {
            throw Refused(name, $"unpacks to {Megabytes(unpacked)} MB; at most {Megabytes(MaxBytes)} are allowed");
        }

        if (unpacked > RatioFrom && unpacked > packed * MaxRatio)
        {
            throw Refused(name, $"unpacks to more than {MaxRatio} times its size, which pictures never do");
        }
    }

    /// <summary>Bounds the list of entries before it is read: it lies between the place that the end record names and the end of the file.</summary>
    private static void CheckDirectory(FileStream stream, string name)
    {
        var tail = new byte[(int)Math.Min(stream.Length, 22 + ushort.MaxValue + 20)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        stream.Position = 0;
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || end + 22 > tail.Length)
        {
            throw new InvalidDataException("no end record");
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (start == uint.MaxValue && end >= 20 && tail.AsSpan(end - 20).StartsWith("PK\u0006\u0007"u8))
        {
            var record = new byte[56];
            stream.Position = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - 12)), 0, Math.Max(0, stream.Length - record.Length));
            stream.ReadExactly(record);
            stream.Position = 0;
            start = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48));
        }

        if (start < 0 || stream.Length - start > MaxDirectory)
        {
            throw Refused(name, "has a list of entries that is too long");
        }
    }

    private static string Megabytes(decimal bytes) => (bytes / 1_000_000).ToString("0", CultureInfo.InvariantCulture);

    private static VettingException Refused(string name, string why) => new(FailureCode.SourceRefused, $"{name} {why}.");
}
