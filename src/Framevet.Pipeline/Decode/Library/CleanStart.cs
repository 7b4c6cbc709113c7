using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Whether decoding may begin afresh at a packet without any difference to decoding on from before.</summary>
internal static class CleanStart
{
    /// <summary>Whether the packet itself is one after which decoders forget everything: containers call more than that a keyframe.</summary>
    public static bool IsOne(string codec, LibavPacket packet) => packet.IsKey && !packet.IsHidden && packet.Pts != Libav.NoStamp && codec switch
    {
        // ITU-T H.264, table 7-1: type 5 is a slice of an IDR picture.
        "h264" => Holds(packet.Data, first => (first & 0x1F) == 5),

        // ITU-T H.265, table 7-1: types 19 and 20 are IDR pictures; the freer kinds (CRA, BLA) may be followed by pictures that look back.
        "hevc" => Holds(packet.Data, first => ((first >> 1) & 0x3F) is 19 or 20),
        "vp9" => true,
        _ => false,
    };

    /// <summary>Whether all that follows the first packet is shown after it, and nothing before is shown later.</summary>
    public static bool IsApart(IReadOnlyList<LibavPacket> packets, long highestBefore)
    {
        var start = packets[0].Pts;
        if (start <= highestBefore)
        {
            return false;
        }

        for (var i = 1; i < packets.Count; i++)
        {
            if (packets[i].Pts <= start || packets[i].IsHidden)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(ReadOnlySpan<byte> data, Func<byte, bool> isWanted)
    {
        foreach (var unit in new NalUnits(data))
        {
            if (isWanted(unit[0]))
            {
                return true;
            }
        }

        return false;
    }
}
