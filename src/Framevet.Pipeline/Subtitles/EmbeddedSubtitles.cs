using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Subtitles;

/// <summary>Subtitle streams inside a media file, read through ffprobe and ffmpeg. Thread-safe.</summary>
internal sealed class EmbeddedSubtitles(ToolLocator tools, ToolOptions toolOptions, MediaLimits limits, TimeProvider time)
{
    private const int MaxJson = 8 * 1024 * 1024;
    private const int MaxText = 32 * 1024 * 1024;

    // Text formats only; streams of pictures hold no words.
    private static readonly string[] TextCodecs = ["mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"];

    // A sparse stream says nothing for long while the whole file is read.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The lines of the stream that fits the language best, on the container's clock; null when there is none.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when the subtitles are pictures; ToolFailed, ToolStalled, ToolMissing.</exception>
    public async Task<SubtitleTrack?> ReadAsync(MediaInfo media, string language, CancellationToken ct)
    {
        var streams = await StreamsAsync(media, ct).ConfigureAwait(false);
        if (streams.IsEmpty)
        {
            return null;
        }

        if (streams.Where(s => TextCodecs.Contains(s.Codec)).OrderBy(s => Merit(s, language)).FirstOrDefault() is not { } stream)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{media.File.DisplayName} has subtitles as pictures only ({streams[0].Codec}); their words cannot be searched.");
        }

        var command = Command(tools.Ffmpeg, [
            "-nostdin", "-hide_banner", "-nostats", "-loglevel", "error", "-copyts",
            .. Input(media), "-i", SafeInput.Url(media.File.Path),
            "-map", $"0:{stream.Index.ToString(CultureInfo.InvariantCulture)}", "-vn", "-an", "-dn", "-f", "srt", "pipe:1"]);
        var result = await ToolProcess.RunAsync(command, MaxText, time, ct).ConfigureAwait(false);
        return result.ExitCode == 0
            ? SubtitleParser.Parse(result.Output, SubtitleFormat.Timed) with { Origin = $"stream {stream.Index.ToString(CultureInfo.InvariantCulture)} ({stream.Codec})" }
            : throw new VettingException(FailureCode.ToolFailed, $"The subtitles of {media.File.DisplayName} cannot be read: {SafeInput.Cause(result.ErrorLines)}.",
                $"{command.Describe()}\nexit code: {result.ExitCode.ToString(CultureInfo.InvariantCulture)}\n{string.Join('\n', result.ErrorLines)}");
    }

    private async Task<ImmutableArray<TextStream>> StreamsAsync(MediaInfo media, CancellationToken ct)
    {
        var command = Command(tools.Ffprobe, [
            "-hide_banner", "-loglevel", "error", .. Input(media), "-select_streams", "s",
            "-show_entries", "stream=index,codec_name:stream_tags=language:stream_disposition=default,forced", "-of", "json", SafeInput.Url(media.File.Path)]);
        var result = await ToolProcess.RunAsync(command, MaxJson, time, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new VettingException(FailureCode.ToolFailed, $"The subtitles of {media.File.DisplayName} cannot be listed: {SafeInput.Cause(result.ErrorLines)}.");
        }

        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.TryGetProperty("streams", out var streams) ? [.. streams.EnumerateArray().Select(Read)] : [];
    }

    private static TextStream Read(JsonElement stream)
    {
        var codec = stream.TryGetProperty("codec_name", out var name) ? name.GetString() : null;
        var language = stream.TryGetProperty("tags", out var tags)
            ? tags.EnumerateObject().FirstOrDefault(t => t.Name.Equals("language", StringComparison.OrdinalIgnoreCase)).Value is { ValueKind: JsonValueKind.String } tag ? tag.GetString() : null
            : null;
        bool Is(string disposition) => stream.TryGetProperty("disposition", out var d) && d.TryGetProperty(disposition, out var flag) && flag.GetInt32() == 1;
        return new TextStream(stream.GetProperty("index").GetInt32(), codec ?? "unknown", language ?? "", Is("default"), Is("forced"));
    }

    /// <summary>Language first, then complete before forced (which holds signs only), then the default one, then the first.</summary>
    private static (bool, bool, bool, int) Merit(TextStream stream, string language) => (!Speaks(stream.Language, language), stream.IsForced, !stream.IsDefault, stream.Index);

    // Containers tag with three letters (eng), or with a region (en-GB).
    private static bool Speaks(string tag, string language)
    {
        if (tag.Split('-', '_')[0].Equals(language, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        try
        {
            return tag.Equals(CultureInfo.GetCultureInfo(language).ThreeLetterISOLanguageName, StringComparison.OrdinalIgnoreCase)
                || (language is "de" && tag is "ger") || (language is "fr" && tag is "fre") || (language is "nl" && tag is "dut") || (language is "zh" && tag is "chi");
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    /// <summary>As for pictures, and of the subtitle decoders those of text only.</summary>
    private ImmutableArray<string> Input(MediaInfo media) =>
        [.. SafeInput.Arguments(media.Container.Split(',')[0], limits), "-codec_whitelist:s", string.Join(',', TextCodecs)];

    private ToolCommand Command(string program, ImmutableArray<string> arguments) =>
        new(program, arguments) { Stall = toolOptions.Stall > Patience ? toolOptions.Stall : Patience, LowPriority = toolOptions.LowPriority };

    private sealed record TextStream(int Index, string Codec, string Language, bool IsDefault, bool IsForced);
}
