namespace Framevet.Pipeline.Ingest.Links;

/// <summary>Which codec to ask a site for, so that this machine decodes it fastest. Pure.</summary>
/// <remarks>Source: NVIDIA's table of what its video decoders support (Video Codec SDK 13.0): AV1 from Ampere's GA10x on, but not on Hopper, GA100 and Turing.</remarks>
internal static class CodecPreference
{
    /// <summary>Parts of the names of cards whose decoder knows AV1.</summary>
    private static readonly string[] KnowAv1 =
        ["RTX 30", "RTX 40", "RTX 50", "RTX A", "RTX 2000 Ada", "RTX 6000 Ada", "RTX PRO", "A2", "A10", "A16", "A40", "L4", "L40", "B100", "B200", "B300", "GB200", "GB300"];

    /// <summary>Answers for a setting of <see cref="Tools.ToolOptions.HardwareDecode"/> and the name of the card (null = none that is known).</summary>
    public static LinkCodec Of(string hardware, string? card) =>
        // In software H.264 costs least; of other makers' decoders none is known but that all of them take H.264.
        // Turing's Quadro RTX 4000 is not Ada's RTX 4000.
        hardware is "cuda" or "auto" && card?.Contains("Quadro", StringComparison.OrdinalIgnoreCase) == false && KnowAv1.Any(k => IsNamed(card, k)) ? LinkCodec.Av1 : LinkCodec.H264;

    // A2 is not the beginning of A200, and A10 not that of A100.
    private static bool IsNamed(string card, string part) =>
        card.IndexOf(part, StringComparison.OrdinalIgnoreCase) is >= 0 and var at && (at == 0 || card[at - 1] == ' ')
        && (part.StartsWith("RTX", StringComparison.Ordinal) || at + part.Length == card.Length || !char.IsAsciiDigit(card[at + part.Length]));
}
