using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Framevet.Web.Components.Pages.Gallery;

/// <summary>How the gallery shows what matches.</summary>
public enum GalleryMode
{
    /// <summary>Every frame.</summary>
    Grid,
    /// <summary>The best of each stack of near duplicates.</summary>
    Stacks,
    /// <summary>Curves and strips over time.</summary>
    Timeline,
    /// <summary>One frame large over a reel of all.</summary>
    Filmstrip,
}

/// <summary>
/// The rest of the gallery's address: <c>view</c>, <c>size</c> of the pictures in px, <c>set</c> (a set of so many frames that differ), <c>looks</c> (greatest distance in a stack), <c>at</c>
/// (the frame at the top), <c>info=1</c> (what is known of the frame with the focus stands at the side).
/// </summary>
public sealed record GalleryView(GalleryMode Mode = GalleryMode.Grid, int Size = GalleryView.UsualSize, int? Set = null, int Looks = GalleryView.UsualDistance, long? At = null, bool ShowsInfo = false)
{
    /// <summary>Width of a picture in px.</summary>
    public const int UsualSize = 180;

    /// <summary>Fingerprints that differ in so many of 64 bits still look alike to people.</summary>
    public const int UsualDistance = 8;

    private const int LeastSize = 110;
    private const int MostSize = 420;
    private const int MostSet = 500;

    /// <summary>Reads a query string; what cannot be read is as usual.</summary>
    public static GalleryView Read(string? query)
    {
        var values = QueryHelpers.ParseQuery(query ?? "");
        return new GalleryView(
            Enum.TryParse<GalleryMode>(values.GetValueOrDefault("view"), ignoreCase: true, out var mode) && Enum.IsDefined(mode) ? mode : GalleryMode.Grid,
            Math.Clamp(Number(values.GetValueOrDefault("size")) ?? UsualSize, LeastSize, MostSize),
            Number(values.GetValueOrDefault("set")) is >= 1 and <= MostSet and var set ? set : null,
            Math.Clamp(Number(values.GetValueOrDefault("looks")) ?? UsualDistance, 0, 24),
            long.TryParse(values.GetValueOrDefault("at"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at) ? at : null,
            values.GetValueOrDefault("info") == "1");
    }

    /// <summary>As a query string without a question mark; empty for the usual view.</summary>
    public string Write() => string.Join('&', Parts());

    private IEnumerable<string> Parts()
    {
        if (Mode != GalleryMode.Grid)
        {
            yield return $"view={Mode.ToString().ToLowerInvariant()}";
        }

        if (Size != UsualSize)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"size={Size}");
        }

        if (Set is { } set)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"set={set}");
        }

        if (Looks != UsualDistance)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"looks={Looks}");
        }

        if (ShowsInfo)
        {
            yield return "info=1";
        }

        if (At is { } at)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"at={at}");
        }
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
