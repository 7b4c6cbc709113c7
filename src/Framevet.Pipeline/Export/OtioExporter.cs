using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Export;

/// <summary>The picks as markers on a clip of the whole source in an OpenTimelineIO timeline (JSON, schema Timeline.1). PTS, scores and ratings are in each marker's metadata.</summary>
[Part("otio", "OTIO markers", "The picks as markers in an OpenTimelineIO timeline.")]
public sealed class OtioExporter : IExporter
{
    /// <inheritdoc/>
    public Task<ExportedFile> ExportAsync(ExportRequest request, IProgress<double> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        return TextFile.WriteAsync(request, "markers", ".otio", () => Document(request).ToJsonString(DatasetFiles.Json), progress, ct);
    }

    private static JsonObject Document(ExportRequest request)
    {
        var rate = Timecode.RateOf(request.Media);
        var picks = StillOrder.Of(request, byTime: true);
        var last = Timecode.Of(request.Media, picks[^1].Candidate.Pts).Frame + 1;
        var length = request.Media.Duration is { } duration ? Math.Max(last, (long)Math.Round(duration.TotalSeconds * rate)) : last;
        var name = request.Origin.SourceName;
        var range = Range(0, length, rate);
        var clip = new JsonObject
        {
            ["OTIO_SCHEMA"] = "Clip.1", ["name"] = name, ["source_range"] = range, ["effects"] = new JsonArray(), ["metadata"] = new JsonObject(),
            ["media_reference"] = new JsonObject
            {
                ["OTIO_SCHEMA"] = "ExternalReference.1", ["target_url"] = name, ["name"] = name, ["available_range"] = Range(0, length, rate),
                ["metadata"] = new JsonObject { ["framevet"] = new JsonObject { ["sha256"] = request.Origin.SourceSha256, ["run"] = request.Origin.RunId } },
            },
            ["markers"] = new JsonArray([.. picks.Select(p => Marker(request, p, rate))]),
        };
        var track = new JsonObject { ["OTIO_SCHEMA"] = "Track.1", ["name"] = "Frames", ["kind"] = "Video", ["source_range"] = null, ["children"] = new JsonArray(clip), ["effects"] = new JsonArray(), ["markers"] = new JsonArray(), ["metadata"] = new JsonObject() };
        var stack = new JsonObject { ["OTIO_SCHEMA"] = "Stack.1", ["name"] = "tracks", ["source_range"] = null, ["children"] = new JsonArray(track), ["effects"] = new JsonArray(), ["markers"] = new JsonArray(), ["metadata"] = new JsonObject() };
        return new JsonObject { ["OTIO_SCHEMA"] = "Timeline.1", ["name"] = name, ["global_start_time"] = null, ["tracks"] = stack, ["metadata"] = new JsonObject() };
    }

    private static JsonObject Marker(ExportRequest request, Pick pick, double rate)
    {
        var frame = pick.Candidate;
        var rating = request.Ratings.GetValueOrDefault(frame.Pts);
        return new JsonObject
        {
            ["OTIO_SCHEMA"] = "Marker.2", ["name"] = $"#{pick.Rank}", ["color"] = rating?.Mark is false ? "RED" : "GREEN", ["comment"] = pick.Reason,
            ["marked_range"] = Range(Timecode.Of(request.Media, frame.Pts).Frame, 1, rate),
            ["metadata"] = new JsonObject
            {
                ["framevet"] = new JsonObject
                {
                    ["pts"] = frame.Pts.Value, ["time_base"] = frame.Pts.TimeBase.ToString(), ["frame"] = frame.Index, ["rank"] = pick.Rank, ["stars"] = rating?.Stars,
                    ["scores"] = JsonSerializer.SerializeToNode(frame.Scores.Where(s => float.IsFinite(s.Value)).ToDictionary(s => s.Key, s => s.Value)),
                },
            },
        };
    }

    private static JsonObject Range(long start, long length, double rate) => new() { ["OTIO_SCHEMA"] = "TimeRange.1", ["start_time"] = Time(start, rate), ["duration"] = Time(length, rate) };

    private static JsonObject Time(long frames, double rate) => new() { ["OTIO_SCHEMA"] = "RationalTime.1", ["rate"] = rate, ["value"] = (double)frames };
}
