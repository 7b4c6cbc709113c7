using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Export;

/// <summary>Options of the edit decision list.</summary>
public sealed record EdlOptions
{
    /// <summary>How markers are written.</summary>
    [Display(Name = "Markers", Description = "Locators are read by Avid and others; Resolve writes them as DaVinci Resolve imports timeline markers.")]
    public EdlMarkers Markers { get; init; } = EdlMarkers.Locators;
}

/// <summary>How programs write markers in an edit decision list.</summary>
public enum EdlMarkers
{
    /// <summary><c>* LOC:</c> comments.</summary>
    Locators,
    /// <summary><c>|C: |M: |D:</c> comments.</summary>
    Resolve,
}

/// <summary>
/// The picks as events of one frame with markers, in a CMX 3600 list: by time, non-drop. A frame has its PTS in the comment, since timecodes of files with varying frame times are only near.
/// </summary>
[Part("edl", "EDL markers", "The picks as markers in a CMX 3600 edit decision list.")]
public sealed class EdlExporter(EdlOptions options) : IExporter
{
    private const int MostEvents = 999;

    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return request.Picks.Length > MostEvents
            ? throw new VettingException(FailureCode.InvalidRequest, $"An edit decision list has at most {MostEvents} events, not {request.Picks.Length}: choose fewer frames, or OTIO.")
            : TextFile.WriteAsync(request, "markers", ".edl", () => Text(request), progress, ct);
    }

    private string Text(ExportRequest request)
    {
        var name = Line(request.Origin.SourceName);
        var text = new StringBuilder($"TITLE: {name}\r\nFCM: NON-DROP FRAME\r\n\r\n");
        var number = 0;
        foreach (var pick in StillOrder.Of(request, byTime: true))
        {
            var at = Timecode.Of(request.Media, pick.Candidate.Pts);
            var next = at.Plus(1);
            text.Append(CultureInfo.InvariantCulture, $"{++number:000}  AX       V     C        {at} {next} {at} {next}\r\n");
            text.Append(CultureInfo.InvariantCulture, $"* FROM CLIP NAME: {name}\r\n");
            var title = Line(string.Create(CultureInfo.InvariantCulture, $"#{pick.Rank} {pick.Reason}"));
            text.Append(options.Markers == EdlMarkers.Resolve ? $" |C:ResolveColorGreen |M:{title.Replace('|', '/')} |D:1\r\n" : $"* LOC: {at} GREEN   {title}\r\n");
            text.Append(CultureInfo.InvariantCulture, $"* FRAMEVET: PTS {pick.Candidate.Pts.Value} IN {pick.Candidate.Pts.TimeBase} FRAME {pick.Candidate.Index}\r\n\r\n");
        }

        return text.ToString();
    }

    private static string Line(string text) => string.Concat(text.Where(c => !char.IsControl(c)));
}
