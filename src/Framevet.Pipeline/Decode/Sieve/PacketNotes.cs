using System.Globalization;
using System.Threading.Channels;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>
/// What ffmpeg's muxer <c>framecrc</c> says of each packet, line by line: <c>stream, dts, pts, duration, size, checksum[, F=flags][, S=side data]</c>. Written by one thread, read by one other.
/// </summary>
internal sealed class PacketNotes
{
    private const int FlagKey = 0x1;
    private const int FlagTrusted = 0x8;
    private const int FlagDisposable = 0x10;

    private readonly Channel<PacketNote> _notes = Channel.CreateUnbounded<PacketNote>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>One note a packet, in their order; ends early at a line that says something else.</summary>
    public ChannelReader<PacketNote> All => _notes.Reader;

    /// <summary>Unit of the stamps.</summary>
    public TimeBase? TimeBase { get; private set; }

    /// <summary>Takes one line; null at the end.</summary>
    public void Take(string? line)
    {
        if (line is null)
        {
            _ = _notes.Writer.TryComplete();
        }
        else if (line.StartsWith("#tb 0: ", StringComparison.Ordinal))
        {
            var parts = line[7..].Split('/');
            TimeBase = parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var num) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var den) ? new TimeBase(num, den) : null;
        }
        else if (!line.StartsWith('#') && !(Parse(line) is { } note && _notes.Writer.TryWrite(note)))
        {
            _ = _notes.Writer.TryComplete();
        }
    }

    private static PacketNote? Parse(string line)
    {
        var fields = line.Split(',', StringSplitOptions.TrimEntries);
        if (fields.Length < 6 || !long.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pts) || pts == long.MinValue
            || !long.TryParse(fields[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dts) || dts == long.MinValue
            || !int.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return null;
        }

        // Without the field only the flag for keyframes is set.
        var flags = FlagKey;
        foreach (var field in fields.AsSpan(6))
        {
            if (!field.StartsWith("F=0x", StringComparison.Ordinal) || !int.TryParse(field.AsSpan(4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out flags))
            {
                return null;
            }
        }

        return new PacketNote(pts, dts, size, (flags & FlagKey) != 0, (flags & ~(FlagKey | FlagTrusted | FlagDisposable)) == 0);
    }
}

/// <summary>One packet. <paramref name="IsPlain"/>: it is neither hidden by an edit list nor known to be damaged. Packets with side data have no note.</summary>
internal readonly record struct PacketNote(long Pts, long Dts, int Size, bool IsKey, bool IsPlain);
