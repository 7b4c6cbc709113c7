using System.Runtime.InteropServices;

namespace Framevet.Pipeline.Tools;

/// <summary>What the libraries know of the one video stream of a file. Ratios as stored, 0/0 or 0/1 when unknown; stamps and lengths in units of <see cref="TimeBase"/>.</summary>
internal sealed unsafe record LibavFacts
{
    private const int TypeVideo = 0;
    private const int SideDataSize = 24;
    private const int SideDataTypeAt = 16;
    private const int SideDataDisplayMatrix = 5;
    private const int DispositionCover = 0x0400;
    private const int DispositionThumbnails = 0x0800;
    private const int DiscardAll = 48;
    private const int MatchCase = 1;
    private const int Unspecified = 2;

    public required int Index { get; init; }

    /// <summary>Name of the demuxer, e.g. <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</summary>
    public required string Container { get; init; }

    public required string Codec { get; init; }

    public required string? PixelFormat { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required (int Num, int Den) StreamAspect { get; init; }

    public required (int Num, int Den) CodecAspect { get; init; }

    public required (int Num, int Den) TimeBase { get; init; }

    public required long? Start { get; init; }

    public required long? Duration { get; init; }

    /// <summary>Length of the file in microseconds.</summary>
    public required long? FileDuration { get; init; }

    /// <summary>Length of the stream as a tag tells it.</summary>
    public required string? DurationTag { get; init; }

    public required long Frames { get; init; }

    public required (int Num, int Den) AverageRate { get; init; }

    public required (int Num, int Den) FinestRate { get; init; }

    public required string? Transfer { get; init; }

    public required string? Matrix { get; init; }

    /// <summary>
    /// Opens a local file with one demuxer and looks at its first packets; null when the libraries cannot, and when the file is not of the plain kind: one video
    /// stream of H.264, HEVC or VP9, besides cover art, that is shown as it is stored.
    /// </summary>
    public static LibavFacts? Read(string url, string demuxer, IEnumerable<(string Name, string Value)> options, long maxPixels)
    {
        if (Libav.Loaded is not { } libav)
        {
            return null;
        }

        var context = LibavInput.OpenContext(libav, url, demuxer, options);
        if (context == 0)
        {
            return null;
        }

        try
        {
            return Only(libav, context) is var index and >= 0 && Look(libav, context, maxPixels) && !IsTurned(libav, Stream(libav, context, index)) ? Of(libav, context, index) : null;
        }
        finally
        {
            libav.CloseInput(&context);
        }
    }

    /// <summary>The one video stream; -1 when there is none of the known kinds, or more than one.</summary>
    private static int Only(Libav libav, nint context)
    {
        var only = -1;
        for (var i = 0; i < Libav.Field<int>(context, libav.Layout.FormatStreamCount); i++)
        {
            var stream = Stream(libav, context, i);
            var parameters = Libav.Field<nint>(stream, libav.Layout.StreamParameters);
            var isVideo = Libav.Field<int>(parameters, libav.Layout.ParametersType) == TypeVideo
                && (Libav.Field<int>(stream, libav.Layout.StreamDisposition) & (DispositionCover | DispositionThumbnails)) == 0;
            if (!isVideo)
            {
                // Nothing of other streams is told, so nothing of them has to be looked at.
                *(int*)((byte*)stream + libav.Layout.StreamDiscard) = DiscardAll;
                continue;
            }

            if (only >= 0 || Name(libav.CodecName(Libav.Field<int>(parameters, libav.Layout.ParametersCodec))) is not ("h264" or "hevc" or "vp9"))
            {
                return -1;
            }

            only = i;
        }

        return only;
    }

    private static bool Look(Libav libav, nint context, long maxPixels)
    {
        var count = Libav.Field<int>(context, libav.Layout.FormatStreamCount);
        var bounds = new nint[count];
        try
        {
            fixed (byte* name = "max_pixels\0"u8, value = Libav.Text(maxPixels.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            fixed (nint* first = bounds)
            {
                for (var i = 0; i < count; i++)
                {
                    _ = libav.SetEntry(first + i, name, value, 0);
                }

                return libav.FindStreamFacts(context, (nint)first) >= 0 && Libav.Field<int>(context, libav.Layout.FormatStreamCount) == count;
            }
        }
        finally
        {
            fixed (nint* first = bounds)
            {
                for (var i = 0; i < count; i++)
                {
                    libav.FreeEntries(first + i);
                }
            }
        }
    }

    private static bool IsTurned(Libav libav, nint stream)
    {
        var entries = Libav.Field<nint>(stream, libav.Layout.StreamSideData);
        for (var i = 0; i < Libav.Field<int>(stream, libav.Layout.StreamSideDataCount); i++)
        {
            if (Libav.Field<int>(entries, (i * SideDataSize) + SideDataTypeAt) == SideDataDisplayMatrix)
            {
                return true;
            }
        }

        return false;
    }

    private static LibavFacts Of(Libav libav, nint context, int index)
    {
        var layout = libav.Layout;
        var stream = Stream(libav, context, index);
        var parameters = Libav.Field<nint>(stream, layout.StreamParameters);
        return new LibavFacts
        {
            Index = index,
            Container = Name((byte*)Libav.Field<nint>(Libav.Field<nint>(context, layout.FormatInputFormat), 0)) ?? "",
            Codec = Name(libav.CodecName(Libav.Field<int>(parameters, layout.ParametersCodec))) ?? "",
            PixelFormat = Name(libav.PixelFormatName(Libav.Field<int>(parameters, layout.ParametersFormat))),
            Width = Libav.Field<int>(parameters, layout.ParametersWidth),
            Height = Libav.Field<int>(parameters, layout.ParametersHeight),
            StreamAspect = Ratio(stream, layout.StreamAspect),
            CodecAspect = Ratio(parameters, layout.ParametersAspect),
            TimeBase = Ratio(stream, layout.StreamTimeBase),
            Start = Stamp(stream, layout.StreamStart),
            Duration = Stamp(stream, layout.StreamDuration),
            FileDuration = Stamp(context, layout.FormatDuration),
            DurationTag = Tag(libav, Libav.Field<nint>(stream, layout.StreamMetadata)),
            Frames = Libav.Field<long>(stream, layout.StreamFrameCount),
            AverageRate = Ratio(stream, layout.StreamRate),
            FinestRate = Ratio(stream, layout.StreamFinestRate),
            Transfer = Libav.Field<int>(parameters, layout.ParametersTransfer) is not Unspecified and var transfer ? Name(libav.TransferName(transfer)) : null,
            Matrix = Libav.Field<int>(parameters, layout.ParametersMatrix) is not Unspecified and var matrix ? Name(libav.MatrixName(matrix)) : null,
        };
    }

    private static nint Stream(Libav libav, nint context, int index) => Libav.Field<nint>(Libav.Field<nint>(context, libav.Layout.FormatStreams), index * nint.Size);

    private static (int Num, int Den) Ratio(nint structure, int offset) => (Libav.Field<int>(structure, offset), Libav.Field<int>(structure, offset + sizeof(int)));

    private static long? Stamp(nint structure, int offset) => Libav.Field<long>(structure, offset) is not Libav.NoStamp and var value ? value : null;

    private static string? Name(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    private static string? Tag(Libav libav, nint entries)
    {
        fixed (byte* key = "DURATION\0"u8)
        {
            var entry = libav.FindEntry(entries, key, 0, MatchCase);
            return entry == 0 ? null : Name((byte*)Libav.Field<nint>(entry, nint.Size));
        }
    }
}
