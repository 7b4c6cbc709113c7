using System.Collections.Immutable;

namespace Framevet.Pipeline.Export;

/// <summary>Tells what an export of stills would write, from the same names and estimates as the export itself.</summary>
internal static class DryRun
{
    /// <summary>The plan in the form of a result; <paramref name="path"/> is the file or folder that would appear.</summary>
    /// <exception cref="VettingException">InvalidRequest as the export would.</exception>
    public static ExportedFile Of(FrameExtractor extractor, ExportRequest request, ExportOptions options, string path, bool isPacked)
    {
        var taken = new HashSet<string>();
        var named = StillSet.Named(request, options, taken);
        ImmutableArray<string> names =
        [
            .. named.SelectMany(n => (string?[])[n.Name, .. options.Ratios.Select(r => NameTemplate.Free(CropSet.Name(n.Name, r), taken)), StillSet.Sidecar(n.Name, options.Xmp)]).OfType<string>(),
            .. StillSet.Texts(options),
        ];
        var need = DiskSpace.Of(request.Media, named.Length, options, isPacked);
        return new ExportedFile(path, Path.GetFileName(path), need.Final, "", named.Length)
        {
            Plan = new ExportPlan(names, need.Final, need.Final + need.Temporary, need.Margin, extractor.FreeBytes(request.Folder)),
        };
    }
}
