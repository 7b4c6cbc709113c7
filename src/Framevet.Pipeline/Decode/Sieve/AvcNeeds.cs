namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>H.264: a picture whose slices all have nal_ref_idc 0 is never looked at by another one (7.4.1).</summary>
internal sealed class AvcNeeds : PictureNeeds
{
    private const int Slice = 1;
    private const int IdrSlice = 5;
    private const int Sei = 6;
    private const int SequenceParameters = 7;
    private const int Delimiter = 9;
    private const int Filler = 12;

    private bool _hasFields;

    private AvcNeeds()
    {
    }

    /// <summary>From an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).</summary>
    public static AvcNeeds? From(ReadOnlySpan<byte> record)
    {
        if (record.Length < 8 || record[0] != 1 || (record[4] & 3) != 3)
        {
            return null;
        }

        var needs = new AvcNeeds();
        var rest = record[6..];
        for (var i = record[5] & 0x1F; i > 0; i--)
        {
            var length = rest.Length > 2 ? (rest[0] << 8) | rest[1] : 0;
            if (length == 0 || length > rest.Length - 2)
            {
                return null;
            }

            needs.Note(rest.Slice(2, length));
            rest = rest[(2 + length)..];
        }

        return needs._hasFields ? null : needs;
    }

    /// <inheritdoc/>
    public override PictureNeed Of(ReadOnlySpan<byte> packet)
    {
        var (isStart, isNeeded, hasSlice) = (false, false, false);
        var units = new NalUnits(packet);
        while (units.MoveNext())
        {
            var unit = units.Current;
            switch (unit[0] & 0x1F)
            {
                case Slice:
                    hasSlice = true;
                    isNeeded |= (unit[0] & 0x60) != 0;
                    break;
                case IdrSlice:
                    (isStart, isNeeded) = (true, true);
                    break;
                case Sei:
                    isNeeded |= !IsPassing(unit, 1);
                    break;
                case Delimiter or Filler:
                    break;
                case SequenceParameters:
                    isNeeded = true;
                    Note(unit);
                    break;
                default:
                    isNeeded = true;
                    break;
            }
        }

        return !units.IsWhole || _hasFields ? PictureNeed.Unknown : isStart ? PictureNeed.Start : hasSlice && !isNeeded ? PictureNeed.Itself : PictureNeed.Others;
    }

    /// <summary>Reads a sequence parameter set (7.3.2.1.1) as far as frame_mbs_only_flag.</summary>
    private void Note(ReadOnlySpan<byte> unit)
    {
        var bits = new BitReader(unit[1..]);
        var profile = bits.Bits(8);
        bits.Skip(16);
        _ = bits.Number();
        if (profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135)
        {
            SkipHighProfile(ref bits);
        }

        _ = bits.Number();
        SkipOrder(ref bits);
        _ = bits.Number();
        bits.Skip(1);
        _ = bits.Number();
        _ = bits.Number();
        _hasFields |= bits.Bits(1) == 0;
    }

    private static void SkipHighProfile(ref BitReader bits)
    {
        var chroma = bits.Number();
        if (chroma == 3)
        {
            bits.Skip(1);
        }

        _ = bits.Number();
        _ = bits.Number();
        bits.Skip(1);
        if (bits.Bits(1) == 0)
        {
            return;
        }

        for (var i = 0; i < (chroma == 3 ? 12 : 8); i++)
        {
            if (bits.Bits(1) == 1)
            {
                SkipScaling(ref bits, i < 6 ? 16 : 64);
            }
        }
    }

    private static void SkipScaling(ref BitReader bits, int size)
    {
        var next = 8;
        for (var (i, last) = (0, 8); i < size && next != 0; i++)
        {
            next = (last + bits.Signed() + 256) % 256;
            last = next == 0 ? last : next;
        }
    }

    private static void SkipOrder(ref BitReader bits)
    {
        var kind = bits.Number();
        if (kind == 0)
        {
            _ = bits.Number();
        }
        else if (kind == 1)
        {
            bits.Skip(1);
            _ = bits.Signed();
            _ = bits.Signed();
            for (var left = Math.Min(255, bits.Number()); left > 0; left--)
            {
                _ = bits.Signed();
            }
        }
    }
}
