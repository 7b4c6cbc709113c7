using System.Collections.Immutable;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>What exporters that make one file of all picks share.</summary>
internal static class StillOrder
{
    /// <summary>The picks by rank or by time.</summary>
    /// <exception cref="VettingException">InvalidRequest when there are none.</exception>
    public static ImmutableArray<Pick> Of(ExportRequest request, bool byTime) =>
        request.Picks.IsEmpty ? throw new VettingException(FailureCode.InvalidRequest, "There are no frames to export.")
        : byTime ? request.Picks.Sort((a, b) => a.Candidate.Pts.CompareTo(b.Candidate.Pts))
        : request.Picks.Sort((a, b) => a.Rank.CompareTo(b.Rank));

    /// <summary>A dry run's result for one file.</summary>
    public static ExportedFile Plan(FrameExtractor extractor, ExportRequest request, int frames, string path, long bytes)
    {
        var stills = DiskSpace.Estimate(request.Media, frames, new StillOptions());
        return new ExportedFile(path, Path.GetFileName(path), bytes, "", frames)
        {
            Plan = new ExportPlan([Path.GetFileName(path)], bytes, bytes + stills, DiskNeed.DefaultMargin, extractor.FreeBytes(request.Folder)),
        };
    }

    /// <summary>Runs the work in a hidden folder, moves its file to its final place and clears up whatever happens.</summary>
    public static async Task<ExportedFile> InFolderAsync(ExportRequest request, Func<string, Task<(string Made, string Final, int Frames)>> makeAsync, CancellationToken ct)
    {
        var work = Path.Combine(Directory.CreateDirectory(request.Folder).FullName, $".{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            var (made, final, frames) = await makeAsync(work).ConfigureAwait(false);
            var hash = await StillSet.HashAsync(made, ct).ConfigureAwait(false);
            File.Move(made, final);
            return new ExportedFile(final, Path.GetFileName(final), new FileInfo(final).Length, hash, frames);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
