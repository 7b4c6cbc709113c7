using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;

namespace Framevet.Data.Tables;

/// <summary>A list of frames of one media file as text, in the given order: <c>1/30000:0,1001,2002</c>; empty for none.</summary>
internal static class PtsText
{
    /// <exception cref="ArgumentException">Stamps of different time bases: they cannot be of one file.</exception>
    public static string Write(ImmutableArray<Pts> frames)
    {
        if (frames.IsDefaultOrEmpty)
        {
            return "";
        }

        var timeBase = frames[0].TimeBase;
        if (frames.Any(f => f.TimeBase != timeBase))
        {
            throw new ArgumentException("Time stamps of one file have one time base.", nameof(frames));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{timeBase.Num}/{timeBase.Den}:{string.Join(',', frames.Select(f => f.Value.ToString(CultureInfo.InvariantCulture)))}");
    }

    public static ImmutableArray<Pts> Read(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var timeBase = new TimeBase(
            int.Parse(text.AsSpan(0, slash), CultureInfo.InvariantCulture),
            int.Parse(text.AsSpan(slash + 1, colon - slash - 1), CultureInfo.InvariantCulture));
        return [.. text[(colon + 1)..].Split(',').Select(v => new Pts(long.Parse(v, CultureInfo.InvariantCulture), timeBase))];
    }
}
