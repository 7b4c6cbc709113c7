using System.Collections.Immutable;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Decode;

/// <summary>Which hardware decoder the deployment wants and ffmpeg offers. Asks ffmpeg once. Thread-safe.</summary>
internal sealed class HardwareChoice(ToolLocator tools, ToolOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task<ImmutableArray<string>>? _offered;

    /// <summary>ffmpeg's name of the hardware, null for software; and a sentence when that is not what was asked for.</summary>
    public async Task<(string? Name, string? Notice)> ChooseAsync(CancellationToken ct)
    {
        var wanted = options.HardwareDecode;
        if (wanted is "off" or "")
        {
            return (null, null);
        }

        var offered = await OfferedAsync().WaitAsync(ct).ConfigureAwait(false);
        return wanted == "auto" ? (offered.IsEmpty ? (null, "Decoded in software: this ffmpeg offers no hardware decoder.") : (wanted, null))
            : offered.Contains(wanted) ? (wanted, null)
            : (null, $"Decoded in software: this ffmpeg does not offer the hardware decoder {wanted} ({(offered.IsEmpty ? "it offers none" : $"it offers {string.Join(", ", offered)}")}).");
    }

    private Task<ImmutableArray<string>> OfferedAsync()
    {
        lock (_gate)
        {
            return _offered is { IsFaulted: false, IsCanceled: false } ? _offered : _offered = HardwareList.ReadAsync(tools.Ffmpeg, time, CancellationToken.None);
        }
    }
}
