using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>
/// The packets of one stream, read by ffmpeg as a program without decoding: a fragment each on stdout, a note each on stderr. So a stranger's container is only parsed in a program that may crash.
/// </summary>
internal sealed class PacketCopy(ToolProcess process, PacketNotes notes) : IAsyncDisposable
{
    private const int BoxHeader = 8;
    private const int MaxHead = 1 << 20;
    private const int MaxPacket = 64 << 20;

    private readonly byte[] _read = new byte[256 * 1024];
    private int _at;
    private int _filled;

    /// <summary>Starts reading at the keyframe before a stamp, or at the beginning.</summary>
    public static PacketCopy Start(MediaInfo media, Pts from, ToolLocator tools, ToolOptions options, MediaLimits limits, TimeProvider time, CancellationToken ct)
    {
        string[] output = ["-map", $"0:{media.StreamIndex.ToString(CultureInfo.InvariantCulture)}", "-c", "copy", "-copypriorss", "1", "-avoid_negative_ts", "disabled", "-flush_packets", "1"];
        var command = new ToolCommand(
            tools.Ffmpeg,
            [
                "-nostdin", "-hide_banner", "-nostats", "-loglevel", "quiet", "-copyts",
                .. FfmpegDecode.Seek(from), .. SafeInput.Arguments(media.Container.Split(',')[0], limits), "-i", SafeInput.Url(media.File.Path),
                .. output, "-map_metadata", "-1", "-map_chapters", "-1", "-write_tmcd", "0", "-use_editlist", "0", "-video_track_timescale", media.TimeBase.Den.ToString(CultureInfo.InvariantCulture),
                "-movflags", "empty_moov+frag_every_frame+default_base_moof+skip_trailer+write_colr", "-f", "mp4", "pipe:1",
                .. output, "-f", "framecrc", "pipe:2",
            ])
        {
            Stall = options.Stall,
            LowPriority = options.LowPriority,
        };
        var notes = new PacketNotes();
        return new PacketCopy(ToolProcess.Start(command, notes.Take, time, ct), notes);
    }

    /// <summary>Unit of all stamps, once a packet was read.</summary>
    public TimeBase? TimeBase => notes.TimeBase;

    /// <summary>What stands before the first fragment.</summary>
    /// <exception cref="SieveGaveUpException">It is not what was expected.</exception>
    public async Task<byte[]> HeadAsync()
    {
        var (type, movie) = await BoxAsync(MaxHead).ConfigureAwait(false) ?? throw new SieveGaveUpException("nothing was read");
        if (type != "ftyp" || await BoxAsync(MaxHead).ConfigureAwait(false) is not ("moov", var body))
        {
            throw new SieveGaveUpException("the copy begins with something else");
        }

        return [.. movie, .. body];
    }

    /// <summary>The next packet with its stamp and what is known of it; null at the end.</summary>
    /// <exception cref="SieveGaveUpException">Fragments and notes do not match, or packets are not plain.</exception>
    public async Task<(Fragment Packet, PacketNote Note)?> NextAsync()
    {
        if (await BoxAsync(MaxHead).ConfigureAwait(false) is not var (type, moof))
        {
            return null;
        }

        if (type != "moof" || await BoxAsync(MaxPacket).ConfigureAwait(false) is not ("mdat", var mdat))
        {
            throw new SieveGaveUpException("a fragment is incomplete");
        }

        PacketNote note;
        while (!notes.All.TryRead(out note))
        {
            if (!await process.WatchAsync(notes.All.WaitToReadAsync(CancellationToken.None).AsTask()).ConfigureAwait(false))
            {
                throw new SieveGaveUpException("a packet is not plain");
            }
        }

        var fragment = new Fragment(moof, mdat);
        return note.IsPlain && note.Size == fragment.Data.Length && fragment.Stamp(note.Pts, note.Dts) ? (fragment, note) : throw new SieveGaveUpException("a packet is not plain");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async ValueTask<(string Type, byte[] Bytes)?> BoxAsync(int most)
    {
        var header = new byte[BoxHeader];
        var read = await FillAsync(header).ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (read < BoxHeader || length < BoxHeader || length > most)
        {
            throw new SieveGaveUpException("a box is broken or too large");
        }

        var box = new byte[length];
        header.CopyTo(box, 0);
        return await FillAsync(box.AsMemory(BoxHeader)).ConfigureAwait(false) == box.Length - BoxHeader
            ? (Encoding.ASCII.GetString(header, 4, 4), box)
            : throw new SieveGaveUpException("a box is broken");
    }

    /// <summary>Fills the target; fewer bytes only at the end. Packets are small, so many of them are read at once.</summary>
    private async ValueTask<int> FillAsync(Memory<byte> target)
    {
        var count = 0;
        while (count < target.Length)
        {
            if (_at == _filled)
            {
                (_at, _filled) = (0, await process.ReadAsync(_read).ConfigureAwait(false));
                if (_filled == 0)
                {
                    break;
                }
            }

            var part = Math.Min(target.Length - count, _filled - _at);
            _read.AsMemory(_at, part).CopyTo(target[count..]);
            (_at, count) = (_at + part, count + part);
        }

        return count;
    }
}

/// <summary>A file is of a kind that the sieve does not know; another way takes its frames.</summary>
internal sealed class SieveGaveUpException(string reason) : Exception(reason);
