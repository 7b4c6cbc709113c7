using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Probe;

/// <summary>
/// The facts that ffprobe tells, from the libraries in this process: starting a program takes longer than all the rest of a short clip. Serves the files whose
/// frames the library engine serves, too; everything else, and every file that is damaged, is for ffprobe, which can say what is wrong.
/// </summary>
internal static class LibraryProbe
{
    /// <summary>The facts, or null where ffprobe is to be asked.</summary>
    public static MediaInfo? Read(SourceFile file, MediaHeader header, MediaLimits limits) =>
        header is { Orientation: 1, IsAnimated: false, Format: { IsPicture: false, Demuxer: var demuxer } } && (demuxer is "mov" or "matroska")
        && LibavFacts.Read(SafeInput.Url(file.Path), demuxer, SafeInput.Options(demuxer), limits.MaxPixels) is { Width: > 0, Height: > 0, TimeBase: { Num: > 0, Den: > 0 } unit } facts
            ? Media(file, facts, unit)
            : null;

    private static MediaInfo Media(SourceFile file, LibavFacts facts, (int Num, int Den) unit)
    {
        var aspect = IsPositive(facts.StreamAspect) ? facts.StreamAspect : IsPositive(facts.CodecAspect) ? facts.CodecAspect : (1, 1);
        var size = default(Upright).Size(facts.Width, facts.Height, aspect);
        return new MediaInfo
        {
            File = file,
            Kind = MediaKind.Video,
            Container = facts.Container,
            StreamIndex = facts.Index,
            Codec = facts.Codec,
            PixelFormat = facts.PixelFormat,
            CodedWidth = facts.Width,
            CodedHeight = facts.Height,
            Width = size.Width,
            Height = size.Height,
            SampleAspect = aspect,
            TimeBase = new TimeBase(unit.Num, unit.Den),
            StartPts = facts.Start,
            Duration = Duration(facts, unit),
            FrameCountHint = facts.Frames is > 0 and <= int.MaxValue ? (int)facts.Frames : null,
            FrameRate = FfprobeParser.Rate(facts.AverageRate),
            IsVariableRate = IsPositive(facts.AverageRate) && IsPositive(facts.FinestRate) && FfprobeParser.Differs(facts.FinestRate, facts.AverageRate),
            ColorTransfer = facts.Transfer,
            ColorSpace = facts.Matrix,
        };
    }

    private static TimeSpan? Duration(LibavFacts facts, (int Num, int Den) unit) =>
        FfprobeParser.Span(Printed(facts.Duration, (double)unit.Num / unit.Den) ?? FfprobeParser.Clock(facts.DurationTag) ?? Printed(facts.FileDuration, 1e-6));

    // As ffprobe prints it: with six decimals.
    private static double? Printed(long? units, double unit) =>
        units is { } value ? double.Parse((value * unit).ToString("F6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;

    private static bool IsPositive((int Num, int Den) ratio) => ratio is { Num: > 0, Den: > 0 };
}
