using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Export;

/// <summary>Turns pictures that we wrote ourselves into other files with ffmpeg. Thread-safe.</summary>
internal sealed class PictureFiles(ToolLocator tools, ToolOptions options, TimeProvider time)
{
    /// <summary>
    /// Writes a PNG as AVIF and deletes it. Quality 1..100 becomes the encoder's quantiser 63..0; the colours are told in the file, so that
    /// every viewer converts them back with the matrix that was used.
    /// </summary>
    /// <exception cref="VettingException">ToolFailed, ToolStalled.</exception>
    public async Task<string> ToAvifAsync(string png, string encoder, int quality, bool isDeep, CancellationToken ct)
    {
        var avif = Path.ChangeExtension(png, ".avif");
        var quantiser = Math.Clamp((int)Math.Round((100 - quality) * 63 / 100.0), 0, 63).ToString(CultureInfo.InvariantCulture);
        string[] settings = encoder switch
        {
            "libaom-av1" => ["-crf", quantiser, "-cpu-used", "6", "-still-picture", "1"],
            "librav1e" => ["-qp", (int.Parse(quantiser, CultureInfo.InvariantCulture) * 4).ToString(CultureInfo.InvariantCulture), "-speed", "8"],
            _ => ["-crf", quantiser, "-preset", "8"],
        };
        await RunAsync(
            [
                "-f", "image2", "-pattern_type", "none", "-i", png, "-frames:v", "1",
                "-vf", $"scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format={(isDeep ? "yuv420p10le" : "yuv420p")}",
                "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
                "-c:v", encoder, .. settings, "-f", "avif", avif,
            ],
            "The picture could not be written as AVIF.",
            ct).ConfigureAwait(false);
        File.Delete(png);
        return avif;
    }

    /// <summary>Runs ffmpeg on files of our own.</summary>
    /// <exception cref="VettingException">ToolFailed with <paramref name="message"/>; ToolStalled.</exception>
    public async Task RunAsync(ImmutableArray<string> arguments, string message, CancellationToken ct)
    {
        var command = new ToolCommand(tools.Ffmpeg, ["-nostdin", "-hide_banner", "-v", "error", "-stats", "-y", .. arguments]) { Stall = options.Stall, LowPriority = options.LowPriority };
        var result = await ToolProcess.RunAsync(command, 1 << 20, time, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new VettingException(FailureCode.ToolFailed, message, $"{command.Describe()}\nexit code: {result.ExitCode.ToString(CultureInfo.InvariantCulture)}\n{string.Join('\n', result.ErrorLines)}");
        }
    }
}
