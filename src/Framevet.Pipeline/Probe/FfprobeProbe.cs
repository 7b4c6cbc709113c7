using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Probe;

/// <summary>Header gate first, then ffprobe on the one demuxer that the header names, or where decoding is done in this process, the libraries behind it. Thread-safe.</summary>
internal sealed class FfprobeProbe(ToolLocator tools, IOptions<ToolOptions> toolOptions, IOptions<MediaLimits> limits, TimeProvider time) : IMediaProbe
{
    private const int MaxJson = 8 * 1024 * 1024;

    /// <inheritdoc/>
    public async Task<MediaInfo> ProbeAsync(SourceFile file, CancellationToken ct)
    {
        var header = ReadHeader(file);
        header.Check(limits.Value, file.DisplayName);
        var media = toolOptions.Value.Engine == DecodeEngine.Pipe ? null : await Task.Run(() => LibraryProbe.Read(file, header, limits.Value), ct).ConfigureAwait(false);
        return Checked(media ?? await AskProgramAsync(file, header, ct).ConfigureAwait(false), header);
    }

    private async Task<MediaInfo> AskProgramAsync(SourceFile file, MediaHeader header, CancellationToken ct)
    {
        var command = new ToolCommand(
            tools.Ffprobe,
            ["-hide_banner", "-loglevel", "error", .. SafeInput.Arguments(header.Format.Demuxer, limits.Value), "-show_format", "-show_streams", "-of", "json", SafeInput.Url(file.Path)])
        {
            Stall = toolOptions.Value.Stall,
            LowPriority = toolOptions.Value.LowPriority,
        };
        var result = await ToolProcess.RunAsync(command, MaxJson, time, ct).ConfigureAwait(false);
        var failure = new Lazy<VettingException>(() => Explain(file, header, command, result));
        if (result.ExitCode != 0)
        {
            throw failure.Value;
        }

        try
        {
            return FfprobeParser.Parse(result.Output, file, header);
        }
        catch (JsonException)
        {
            throw failure.Value;
        }
    }

    private MediaInfo Checked(MediaInfo media, MediaHeader header)
    {
        var file = media.File;
        if (header is { IsAnimated: true, Format.Demuxer: "webp_pipe" })
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName} is an animated WebP, which ffmpeg cannot decode.");
        }

        MediaHeader.CheckSize(media.CodedWidth, media.CodedHeight, limits.Value, file.DisplayName);
        MediaHeader.CheckSize(media.Width, media.Height, limits.Value, file.DisplayName);
        MediaHeader.CheckFrames(media.FrameCountHint, limits.Value, file.DisplayName);
        if (media.Duration is { } duration && duration.TotalHours > limits.Value.MaxHours)
        {
            throw new VettingException(
                FailureCode.SourceTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"{file.DisplayName} lasts {duration.TotalHours:0.#} hours; at most {limits.Value.MaxHours:0.##} are allowed."));
        }

        return media;
    }

    private static MediaHeader ReadHeader(SourceFile file)
    {
        try
        {
            using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 4096, FileOptions.RandomAccess);
            return MediaHeader.Read(stream, file.DisplayName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{file.DisplayName} cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e is UnauthorizedAccessException ? "access is denied" : "the disk reports an error")}.", e.Message, e);
        }
    }

    private static VettingException Explain(SourceFile file, MediaHeader header, ToolCommand command, ToolResult result)
    {
        var errors = result.ErrorLines;
        string? Line(string part) => Array.Find(errors, e => e.Contains(part, StringComparison.Ordinal));
        var detail = $"{command.Describe()}\nexit code: {result.ExitCode.ToString(CultureInfo.InvariantCulture)}\n{string.Join('\n', errors)}";
        var name = file.DisplayName;
        if (Line("not on whitelist") is { } refused)
        {
            var codec = refused.Split("Codec (", 2) is [_, var rest] ? rest.Split(')')[0] : "unknown";
            return new VettingException(FailureCode.SourceRefused, $"{name} uses the codec {codec}, which is not on the list of allowed decoders.", detail);
        }

        if (Line("moov atom not found") is not null)
        {
            return new VettingException(FailureCode.UnsupportedMedia, $"{name} is damaged: its index (moov) is missing, so nothing can be read.", detail);
        }

        if (result.ExitCode is > 128 or < 0)
        {
            return new VettingException(FailureCode.UnsupportedMedia, $"{name} made the probe crash; it is damaged or hostile.", detail);
        }

        return new VettingException(FailureCode.UnsupportedMedia, $"{name} is damaged or no valid {header.Format.Title} file: {SafeInput.Cause(errors)}.", detail);
    }
}
