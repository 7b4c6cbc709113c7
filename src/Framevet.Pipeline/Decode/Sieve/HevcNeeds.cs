namespace Framevet.Pipeline.Decode.Sieve;

/// <summary>
/// HEVC: pictures of the types _N are not looked at by others of their temporal layer (7.4.2.2, table 7-1), so those of the highest layer by none. Only where the configuration tells the number of layers.
/// </summary>
internal sealed class HevcNeeds : PictureNeeds
{
    private const int HeaderBytes = 2;
    private const int LastInterPicture = 15;
    private const int LastPicture = 31;
    private const int Delimiter = 35;
    private const int Filler = 38;
    private const int PrefixSei = 39;
    private const int SuffixSei = 40;

    private readonly int _layers;

    private HevcNeeds(int layers) => _layers = layers;

    /// <summary>From an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1).</summary>
    public static HevcNeeds? From(ReadOnlySpan<byte> record) =>
        record.Length >= 23 && record[0] == 1 && (record[21] & 3) == 3 && ((record[21] >> 3) & 7) is var layers and > 0 ? new HevcNeeds(layers) : null;

    /// <inheritdoc/>
    public override PictureNeed Of(ReadOnlySpan<byte> packet)
    {
        var (isStart, isNeeded, hasSlice) = (false, false, false);
        var units = new NalUnits(packet);
        while (units.MoveNext())
        {
            var unit = units.Current;
            if (unit.Length < HeaderBytes)
            {
                return PictureNeed.Unknown;
            }

            var (type, layer, temporal) = ((unit[0] >> 1) & 0x3F, ((unit[0] & 1) << 5) | (unit[1] >> 3), (unit[1] & 7) - 1);
            if (layer != 0 || temporal < 0 || temporal >= _layers)
            {
                return PictureNeed.Unknown;
            }

            switch (type)
            {
                case 19 or 20:
                    (isStart, isNeeded) = (true, true);
                    break;
                case <= LastInterPicture:
                    hasSlice = true;
                    isNeeded |= (type & 1) != 0 || temporal != _layers - 1;
                    break;
                case <= LastPicture:
                    // CRA and BLA pictures may be followed by some that look back, and how those are decoded depends on where decoding began.
                    return PictureNeed.Unknown;
                case Delimiter or Filler:
                    break;
                case PrefixSei or SuffixSei:
                    isNeeded |= !IsPassing(unit, HeaderBytes);
                    break;
                default:
                    isNeeded = true;
                    break;
            }
        }

        return !units.IsWhole ? PictureNeed.Unknown : isStart ? PictureNeed.Start : hasSlice && !isNeeded ? PictureNeed.Itself : PictureNeed.Others;
    }
}
