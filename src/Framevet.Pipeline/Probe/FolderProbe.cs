using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Sampling;

namespace Framevet.Pipeline.Probe;

/// <summary>Folders and zips of pictures as one source; every other file goes to the probe behind. Thread-safe.</summary>
internal sealed class FolderProbe(FfprobeProbe pictures, PartCatalog catalog) : IMediaProbe
{
    // A folder that begins with so many unreadable files is no folder of pictures.
    private const int MaxTries = 100;

    /// <inheritdoc/>
    public Task<MediaInfo> ProbeAsync(SourceFile file, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        return FolderListing.IsFolder(file.Path) ? ProbeFolderAsync(file, ct) : pictures.ProbeAsync(file, ct);
    }

    private async Task<MediaInfo> ProbeFolderAsync(SourceFile file, CancellationToken ct)
    {
        var listing = FolderListing.Read(file, OrderOf(file));
        var (first, last) = (listing.Pictures[0].Pts, listing.Pictures[^1].Pts);
        var span = last.Time - first.Time;

        // The last picture stands as long as the others do on average.
        var mean = listing.Pictures.Length > 1 ? span / (listing.Pictures.Length - 1) : TimeSpan.FromSeconds(1);
        var example = await FirstReadableAsync(file, listing, ct).ConfigureAwait(false);
        return new MediaInfo
        {
            File = file,
            Kind = MediaKind.Folder,
            Container = Directory.Exists(file.Path) ? "folder" : "zip",
            StreamIndex = 0,
            Codec = example.Codec,
            PixelFormat = example.PixelFormat,
            CodedWidth = example.Width,
            CodedHeight = example.Height,
            Width = example.Width,
            Height = example.Height,
            TimeBase = first.TimeBase,
            StartPts = first.Value,
            Duration = span + mean,
            FrameCountHint = listing.Pictures.Length,
            Folder = listing,
        };
    }

    private FolderOrder OrderOf(SourceFile file)
    {
        var sampler = file.Sampler is { } chosen ? catalog.Build<ISampler>(chosen) : null;
        using var held = sampler as IDisposable;
        return sampler is IOrdersFolder ordering ? ordering.FolderOrder : new FolderOrder();
    }

    /// <summary>Facts of the first picture that can be read; pictures of a folder may differ, each is decoded by its own facts.</summary>
    private async Task<MediaInfo> FirstReadableAsync(SourceFile file, FolderListing listing, CancellationToken ct)
    {
        using var reader = listing.Open();
        VettingException? trouble = null;
        foreach (var picture in listing.Pictures.Take(MaxTries))
        {
            try
            {
                using var lease = await reader.OpenAsync(picture, ct).ConfigureAwait(false);
                return await pictures.ProbeAsync(lease.File, ct).ConfigureAwait(false);
            }
            catch (VettingException e) when (e.Code is FailureCode.UnsupportedMedia or FailureCode.SourceRefused or FailureCode.SourceTooLarge or FailureCode.SourceUnavailable)
            {
                trouble ??= e;
            }
        }

        throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName} holds no picture that can be read: {trouble!.Message}", trouble.Detail, trouble);
    }
}
