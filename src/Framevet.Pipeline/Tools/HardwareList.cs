using System.Collections.Immutable;

namespace Framevet.Pipeline.Tools;

/// <summary>The hardware decoders that a build of ffmpeg knows; whether the device is there shows only when decoding.</summary>
internal static class HardwareList
{
    /// <summary>Names for <c>-hwaccel</c>, as ffmpeg lists them; none when it cannot tell.</summary>
    public static async Task<ImmutableArray<string>> ReadAsync(string ffmpeg, TimeProvider time, CancellationToken ct)
    {
        var command = new ToolCommand(ffmpeg, ["-hide_banner", "-hwaccels"]) { Stall = TimeSpan.FromSeconds(10), LowPriority = false, Bounds = ToolBounds.MediaOnHardware };
        var result = await ToolProcess.RunAsync(command, 1024 * 1024, time, ct).ConfigureAwait(false);
        return result.ExitCode == 0 ? Parse(result.Output) : [];
    }

    /// <summary>One name a line, below a heading.</summary>
    internal static ImmutableArray<string> Parse(string text) =>
        [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.Contains(' ', StringComparison.Ordinal) && !line.EndsWith(':'))];
}
