using System.Text;

namespace Framevet.Pipeline.Subtitles;

/// <summary>Subtitle files beside a media file: same stem, with or without a language tag (<c>film.en.srt</c>, <c>film.srt</c>).</summary>
internal static class SidecarSubtitles
{
    private const long MaxBytes = 32L * 1024 * 1024;

    private static readonly string[] Endings = [".srt", ".vtt", ".ass", ".ssa"];

    // Fails on anything that is no UTF-8, so that the older encoding is tried.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Names that are looked for beside the file, the better ones first.</summary>
    public static IEnumerable<string> Names(string path, string language)
    {
        var stem = Path.GetFileNameWithoutExtension(path);
        return from tag in new[] { $".{language.ToLowerInvariant()}", "" }
               from ending in Endings
               from name in new[] { $"{stem}{tag}{ending}", $"{stem}{tag}{ending.ToUpperInvariant()}" }
               select name;
    }

    /// <summary>The lines of the first file that is there; null when there is none.</summary>
    /// <exception cref="VettingException">SourceUnavailable or SourceTooLarge when it is there, but cannot be read.</exception>
    public static async Task<SubtitleTrack?> ReadAsync(string path, string language, CancellationToken ct)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Names(path, language).Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists) is not { } sidecar)
        {
            return null;
        }

        var name = Path.GetFileName(sidecar);
        try
        {
            if (new FileInfo(sidecar).Length > MaxBytes)
            {
                throw new VettingException(FailureCode.SourceTooLarge, $"{name} is larger than {MaxBytes / (1024 * 1024)} MiB, too large for subtitles.");
            }

            var format = Path.GetExtension(name).ToLowerInvariant() is ".ass" or ".ssa" ? SubtitleFormat.Ass : SubtitleFormat.Timed;
            return SubtitleParser.Parse(Text(await File.ReadAllBytesAsync(sidecar, ct).ConfigureAwait(false)), format) with { Origin = name };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"The subtitles {name} cannot be read: {e.Message}", null, e);
        }
    }

    /// <summary>UTF-8, UTF-16 with its mark, else Latin-1, which reads anything.</summary>
    internal static string Text(byte[] bytes)
    {
        switch (bytes)
        {
            case [0xFF, 0xFE, ..]:
                return Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2);
            case [0xFE, 0xFF, ..]:
                return Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2);
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
