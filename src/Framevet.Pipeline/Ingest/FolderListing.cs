using System.Collections.Immutable;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Ingest;

/// <summary>One picture of a folder or zip. <paramref name="Name"/>: below the folder, for people and for ordering.</summary>
/// <param name="Name">Label with <c>/</c> between folders.</param>
/// <param name="Pts">Its time stamp, in microseconds.</param>
/// <param name="Path">The file; null in an archive.</param>
/// <param name="Entry">Place in the archive's list.</param>
public sealed record FolderPicture(string Name, Pts Pts, string? Path, int Entry);

/// <summary>The pictures of a folder or zip as one reading, by rising time. Thread-safe.</summary>
public sealed class FolderListing
{
    private readonly SourceFile _file;
    private readonly Dictionary<long, FolderPicture> _byTime;

    private FolderListing(SourceFile file, ImmutableArray<FolderPicture> pictures) =>
        (_file, Pictures, _byTime) = (file, pictures, pictures.ToDictionary(p => p.Pts.Value));

    /// <summary>The pictures; their place is the number of the frame.</summary>
    public ImmutableArray<FolderPicture> Pictures { get; }

    /// <summary>Whether a path is read as a folder of pictures.</summary>
    public static bool IsFolder(string path) => Directory.Exists(path) || FolderZip.IsZip(path);

    /// <summary>Finds and orders the pictures; nothing of them is read.</summary>
    /// <exception cref="VettingException">UnsupportedMedia without a picture; InvalidRequest when times cannot be told; SourceRefused, SourceUnavailable.</exception>
    public static FolderListing Read(SourceFile file, FolderOrder order)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(order);
        var found = Directory.Exists(file.Path) ? InFolder(file, order) : InZip(file, order);
        found = [.. found.OrderBy(f => f.Name, FolderNames.Natural)];
        if (found.IsEmpty)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName} holds no pictures (jpg, png, webp, bmp, tiff){(order.IsRecursive ? "" : "; folders below were not looked at")}.");
        }

        var times = FolderTimes.Of(file.DisplayName, [.. found.Select(f => f.Name)], order);
        return new FolderListing(file, [.. times.Select(t => found[t.Index] with { Pts = t.Pts })]);
    }

    /// <summary>The picture at a stamp, or null.</summary>
    public FolderPicture? At(Pts pts) => pts.TimeBase == FolderTimes.TimeBase ? _byTime.GetValueOrDefault(pts.Value) : null;

    /// <summary>Opens the pictures for reading; the caller disposes.</summary>
    /// <exception cref="VettingException">As <see cref="Read"/> for an archive.</exception>
    internal FolderReader Open() => new(Directory.Exists(_file.Path) ? null : FolderZip.Open(_file.Path, _file.DisplayName));

    private static ImmutableArray<FolderPicture> InFolder(SourceFile file, FolderOrder order)
    {
        // Hidden files are not what somebody means; links could lead in a circle or out of the folder.
        var options = new EnumerationOptions { RecurseSubdirectories = order.IsRecursive, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint };
        try
        {
            return [.. Directory.EnumerateFiles(file.Path, "*", options).Where(FolderNames.IsPicture)
                .Select(p => new FolderPicture(Path.GetRelativePath(file.Path, p).Replace('\\', '/'), default, p, -1))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{file.DisplayName} cannot be read: {e.Message}", null, e);
        }
    }

    /// <summary>A zip of a folder has that folder in front of every name: what all pictures share does not count as a folder below.</summary>
    private static ImmutableArray<FolderPicture> InZip(SourceFile file, FolderOrder order)
    {
        using var zip = FolderZip.Open(file.Path, file.DisplayName);
        ImmutableArray<(int Entry, string Name)> pictures = [.. zip.Files().Where(f => FolderNames.IsPicture(f.Name))];
        if (pictures.IsEmpty)
        {
            return [];
        }

        var shared = Above(pictures.MinBy(p => p.Name.Count(c => c == '/')).Name);
        while (shared.Length > 0 && !pictures.All(p => p.Name.StartsWith(shared + "/", StringComparison.Ordinal)))
        {
            shared = Above(shared);
        }

        return [.. pictures.Select(p => (p.Entry, Name: shared.Length == 0 ? p.Name : p.Name[(shared.Length + 1)..]))
            .Where(p => order.IsRecursive || !p.Name.Contains('/', StringComparison.Ordinal))
            .Select(p => new FolderPicture(p.Name, default, null, p.Entry))];
    }

    // A label, not a path of this machine.
    private static string Above(string label) => label.LastIndexOf('/') is var slash and > 0 ? label[..slash] : "";
}
