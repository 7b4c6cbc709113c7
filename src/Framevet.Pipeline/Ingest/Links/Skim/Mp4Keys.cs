using System.Collections.Immutable;

namespace Framevet.Pipeline.Ingest.Links.Skim;

/// <summary>A keyframe of a track. <paramref name="Time"/>: decoding time in the track's unit; <paramref name="Shift"/>: what is added for the time at which it is shown.</summary>
internal readonly record struct Mp4Key(long Offset, int Size, long Time, int Shift);

/// <summary>Where the keyframes of an MP4 file's first video track lie, told by its sample tables (ISO/IEC 14496-12 §8.6, §8.7). Pure; what is read comes from strangers.</summary>
/// <param name="Track">The track's box.</param>
/// <param name="TimeScale">Units of time a second.</param>
/// <param name="Keys">Keyframes in order.</param>
/// <param name="EndTime">Decoding time at which the last sample ends.</param>
/// <param name="ShiftVersion">Version of the table of shifts, 0 or 1.</param>
internal sealed record Mp4Keys(Mp4Box Track, uint TimeScale, ImmutableArray<Mp4Key> Keys, long EndTime, byte ShiftVersion)
{
    /// <summary>Most samples of a track: a day at 60 Hz.</summary>
    private const int MaxSamples = 24 * 3600 * 60;

    /// <summary>Reads the tables.</summary>
    /// <param name="moov">The movie's box.</param>
    /// <exception cref="InvalidDataException">There is no such track, or it cannot be taken apart; the message says why.</exception>
    public static Mp4Keys Read(Mp4Box moov)
    {
        if (moov.Child("mvex") is not null)
        {
            throw new InvalidDataException("the file is fragmented");
        }

        foreach (var track in Mp4Box.In(moov.Data, moov.Body, moov.End))
        {
            if (track.Type == "trak" && track.Below("mdia", "hdlr").U32(8) == 0x76696465)
            {
                return ReadTrack(track);
            }
        }

        throw new InvalidDataException("there is no video track");
    }

    private static Mp4Keys ReadTrack(Mp4Box track)
    {
        var mdhd = track.Below("mdia", "mdhd");
        var scale = mdhd.U32(mdhd.U32(0) >> 24 == 1 ? 20 : 12);
        var tables = track.Below("mdia", "minf", "stbl");
        var descriptions = tables.Below("stsd");
        if (scale == 0 || descriptions.U32(4) != 1 || descriptions.U32(12) is 0x656E6376 or 0x64726D69)
        {
            throw new InvalidDataException("the track has several kinds of samples, or is encrypted");
        }

        var samples = new Mp4Samples(tables, MaxSamples);
        var keys = ImmutableArray.CreateBuilder<Mp4Key>();
        foreach (var (sample, isKey) in samples.All())
        {
            if (isKey)
            {
                keys.Add(sample);
            }
        }

        return keys.Count > 0 && keys[0].Time == 0
            ? new Mp4Keys(track, scale, keys.ToImmutable(), samples.EndTime, samples.ShiftVersion)
            : throw new InvalidDataException("the track does not begin with a keyframe");
    }

    /// <summary>The first keyframe in each cell of a grid of <paramref name="step"/> that starts at the first one; all of them when it is zero.</summary>
    public ImmutableArray<Mp4Key> Each(TimeSpan step)
    {
        if (step <= TimeSpan.Zero)
        {
            return Keys;
        }

        var chosen = ImmutableArray.CreateBuilder<Mp4Key>();
        var last = double.NaN;
        foreach (var key in Keys)
        {
            var cell = Math.Floor((key.Time + key.Shift - Keys[0].Time - Keys[0].Shift) / (step.TotalSeconds * TimeScale));
            if (cell != last)
            {
                chosen.Add(key);
                last = cell;
            }
        }

        return chosen.ToImmutable();
    }
}
