using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>
/// Eyes and pose of the faces that <see cref="FacesMetric"/> found, from 68 points of each: how open the eyes are (the less open one counts) and where the head points. The scores are those of
/// the largest face; the others are noted with theirs.
/// </summary>
[Part("face-details", "Eyes and head pose", "Says whether the eyes of the largest face are open and where the head points. Needs the score 'faces'.")]
public sealed class FaceDetailsMetric(FaceDetailsMetricOptions options, OnnxModels? models = null) : IFrameMetric, IModelReader, INeedsModels
{
    private const int Points = 68;
    private const string Method = "68 points of the face (PFLD); ";

    // Positions of the eyes in the order of iBUG.
    private static readonly Range[] Eyes = [36..42, 42..48];

    private readonly ModelSlot _points = new(options.Landmarks, models);
    private readonly ModelSlot _eyes = new(options.Eyes, models);

    /// <inheritdoc/>
    public ImmutableArray<MetricSpec> Outputs { get; } =
    [
        new("eyes-open", "Eyes open", 0, 1, HigherIsBetter: true, "", $"{Method}probability that the less open eye is open"),
        new("head-yaw", "Head turned", -180, 180, HigherIsBetter: true, "°", $"{Method}0 = into the camera, above 0 = towards the right edge"),
        new("head-pitch", "Head raised", -180, 180, HigherIsBetter: true, "°", $"{Method}0 = level, above 0 = up"),
        new("head-roll", "Head tilted", -180, 180, HigherIsBetter: true, "°", $"{Method}0 = upright, above 0 = clockwise"),
        new("head-turn", "Head away from the camera", 0, 180, HigherIsBetter: false, "°", $"{Method}angle between where the head points and the camera"),
    ];

    /// <inheritdoc/>
    public bool ReadsFindings => true;

    /// <inheritdoc/>
    public ImmutableArray<string> Needs => [FacesMetric.CountScore];

    /// <inheritdoc/>
    public ImmutableArray<string> ModelIds => [options.Landmarks, options.Eyes];

    /// <inheritdoc/>
    public OnnxProvider? Provider => _points.Provider;

    /// <inheritdoc/>
    public void ReadModel()
    {
        _points.Read();
        _eyes.Read();
    }

    /// <inheritdoc/>
    public void Measure(FrameBatch frames, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(frames);
        scores.Fill(float.NaN);
        if (_points.Model is { } landmarks && _eyes.Model is { } eyes)
        {
            Measure(landmarks, eyes, frames, scores);
        }
    }

    private void Measure(LoadedModel landmarks, LoadedModel eyes, FrameBatch frames, Span<float> scores)
    {
        var faces = Faces(frames, landmarks.Entry.Input!.Width!.Value);
        CropTensor.Run(landmarks, frames, [.. faces.Select(f => (f.Frame, f.Crop))], (run, first, count) =>
        {
            var values = run.Values(landmarks.Output((landmarks.Entry.Head as LandmarksHead)?.Output));
            for (var i = 0; i < count; i++)
            {
                faces[first + i].Take(values.Slice(i * 2 * Points, 2 * Points));
            }
        });
        CropTensor.Run(eyes, frames, [.. faces.SelectMany(f => Eyes.Select(e => (f.Frame, f.EyeCrop(e, eyes.Entry.Input!))))], (run, first, count) =>
        {
            var values = run.Values(eyes.Output((eyes.Entry.Head as LabelsHead)?.Output));
            for (var i = 0; i < count; i++)
            {
                var face = faces[(first + i) / Eyes.Length];
                face.Open = Math.Min(face.Open, float.IsFinite(values[i]) ? Math.Clamp(values[i], 0, 1) : float.NaN);
            }
        });
        foreach (var face in faces)
        {
            frames.Note(face.Frame, before => Marked(before!, face));
            if (face.Number == 0)
            {
                Write(face, scores.Slice(face.Frame * Outputs.Length, Outputs.Length));
            }
        }
    }

    private static void Write(Face face, Span<float> scores)
    {
        scores[0] = face.Open;
        if (face.Pose is { } pose)
        {
            (scores[1], scores[2], scores[3]) = (pose.Yaw, pose.Pitch, pose.Roll);
            scores[4] = MathF.Acos(Math.Clamp(MathF.Cos(pose.Yaw * MathF.PI / 180) * MathF.Cos(pose.Pitch * MathF.PI / 180), -1, 1)) * 180 / MathF.PI;
        }
    }

    private static FrameDetections Marked(FrameDetections before, Face face)
    {
        var all = before.Faces!.Value;
        return before with { Faces = all.SetItem(face.Number, all[face.Number] with { EyesOpen = float.IsNaN(face.Open) ? null : MarkPoint.Round(face.Open), Pose = face.Pose }) };
    }

    private List<Face> Faces(FrameBatch frames, int side)
    {
        var faces = new List<Face>();
        for (var i = 0; i < frames.Count; i++)
        {
            var found = frames.Found(i)?.Faces ?? [];
            for (var f = 0; f < Math.Min(found.Length, options.MaxFaces); f++)
            {
                if (found[f].Box.Share > 0)
                {
                    var crop = FaceCrop.Square(found[f].Box, frames.Layout.Width, frames.Layout.Height, side, out var square);
                    faces.Add(new Face(i, f, crop, square));
                }
            }
        }

        return faces;
    }

    /// <summary>A face of a batch with what is known of it so far.</summary>
    private sealed class Face(int frame, int number, FaceCrop crop, (double Left, double Top, double Side) square)
    {
        private readonly float[] _points = new float[2 * Points];

        public int Frame => frame;

        public int Number => number;

        public FaceCrop Crop => crop;

        public float Open { get; set; } = float.PositiveInfinity;

        public HeadPose? Pose { get; private set; }

        /// <summary>Takes the points, shares of the square, as pixels of the frame.</summary>
        public void Take(ReadOnlySpan<float> shares)
        {
            for (var k = 0; k < shares.Length; k++)
            {
                _points[k] = (float)((k % 2 == 0 ? square.Left : square.Top) + (shares[k] * square.Side));
            }

            Pose = HeadPoseFit.Of(_points) is { } pose ? new HeadPose(MathF.Round(pose.Yaw, 2), MathF.Round(pose.Pitch, 2), MathF.Round(pose.Roll, 2)) : null;
        }

        /// <summary>Centred on the mean of an eye's points, 1.2 times as wide as they are, in the shape of the model's input.</summary>
        public FaceCrop EyeCrop(Range eye, ModelInput input)
        {
            var (x, y, left, right) = (0.0, 0.0, double.MaxValue, double.MinValue);
            var (start, count) = eye.GetOffsetAndLength(Points);
            for (var k = start; k < start + count; k++)
            {
                (x, y) = (x + (_points[2 * k] / count), y + (_points[(2 * k) + 1] / count));
                (left, right) = (Math.Min(left, _points[2 * k]), Math.Max(right, _points[2 * k]));
            }

            var width = Math.Max(1, 1.2 * (right - left));
            var height = width * input.Height!.Value / input.Width!.Value;
            return FaceCrop.Rectangle(x - (width / 2), y - (height / 2), width, height, input.Width.Value, input.Height.Value);
        }
    }
}

/// <summary>Options of <see cref="FaceDetailsMetric"/>.</summary>
public sealed record FaceDetailsMetricOptions
{
    /// <summary>Id of a model.</summary>
    [Display(Name = "Points", Description = "The model that finds the points of a face.")]
    [ModelName(ModelTask.FaceLandmarks)]
    public string Landmarks { get; init; } = "face-landmarks-68";

    /// <summary>Id of a model.</summary>
    [Display(Name = "Eyes", Description = "The model that tells open eyes from closed ones.")]
    [ModelName(ModelTask.EyeState)]
    public string Eyes { get; init; } = "eye-open";

    /// <summary>Number.</summary>
    [Display(Name = "Faces per frame", Description = "Most faces of a frame that are looked at, the largest first.")]
    [Range(1, 100)]
    public int MaxFaces { get; init; } = 3;
}
