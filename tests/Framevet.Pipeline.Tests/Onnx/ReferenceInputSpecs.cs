using System.Text.Json;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Scoring.Onnx.Heads;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>From inputs that already have the size of the model, every reference number comes out.</summary>
public sealed class ReferenceInputSpecs
{
    private const float Exact = 1e-4f;
    private const float Pixels = 1e-3f;

    [Theory(Timeout = 120_000)]
    [InlineData("nima_mobilenet_aesthetic.onnx")]
    [InlineData("compact/nima_mobilenet_aesthetic.w8.onnx")]
    [InlineData("nima_mobilenet_technical.onnx")]
    [InlineData("compact/nima_mobilenet_technical.w8.onnx")]
    public async Task Opinion_scores(string file)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);
        var head = HeadScores.For(model.Entry).ShouldNotBeNull();
        var cases = ReferenceCases.Of(file);

        cases.Count.ShouldBeGreaterThan(3);
        foreach (var one in cases)
        {
            var scores = new float[2];
            float[] shares = [];
            ReferenceCases.Run(model, await ReferenceCases.PictureAsync(one.Input()), (run, _) =>
            {
                head.Read(model, run, 1, scores);
                shares = run.Values(0).ToArray();
            });

            shares.ShouldBe(one.Numbers("scores"), Exact, one.Input());
            scores[0].ShouldBe(one.GetProperty("mean").GetSingle(), Exact, one.Input());
            scores[1].ShouldBe(one.GetProperty("std").GetSingle(), Exact, one.Input());
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("nsfwjs_mobilenet_v2.onnx")]
    [InlineData("compact/nsfwjs_mobilenet_v2.w8.onnx")]
    public async Task Probabilities_of_labels(string file)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);
        var head = HeadScores.For(model.Entry).ShouldNotBeNull();

        foreach (var one in ReferenceCases.Of(file))
        {
            var scores = new float[5];
            ReferenceCases.Run(model, await ReferenceCases.PictureAsync(one.Input()), (run, _) => head.Read(model, run, 1, scores));

            scores.ShouldBe(one.Numbers("probabilities"), Exact, one.Input());
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("face_detection_yunet_2023mar.onnx", 640)]
    [InlineData("yunet_n_dynamic.onnx", 320)]
    public async Task Faces_with_five_points(string file, int side)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);

        foreach (var one in ReferenceCases.Of(file))
        {
            var boxes = await BoxesAsync(model, one, side);

            var faces = one.GetProperty("faces").EnumerateArray().ToList();
            boxes.Count.ShouldBe(faces.Count, one.Input());
            foreach (var (box, face) in boxes.Zip(faces))
            {
                Edges(box).ShouldBe(face.Numbers("box_xyxy"), Pixels, one.Input());
                box.Score.ShouldBe(face.GetProperty("score").GetSingle(), Exact);
                box.Points.ToArray().ShouldBe(face.Numbers("landmarks"), Pixels);
            }
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("ultralight_rfb_320.onnx", "faces")]
    [InlineData("fastestdet_coco_352.onnx", "detections")]
    public async Task Boxes_relative_to_the_picture(string file, string list)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);

        foreach (var one in ReferenceCases.Of(file))
        {
            var expected = one.GetProperty(list).EnumerateArray().ToList();
            var boxes = await BoxesAsync(model, one, 0, expected.Count == 0 ? null : expected.Min(e => e.GetProperty("score").GetSingle()) - Exact);

            boxes.Count.ShouldBe(expected.Count, one.Input());
            var input = model.Entry.Input!;
            foreach (var (box, known) in boxes.Zip(expected))
            {
                new[] { box.Left / input.Width!.Value, box.Top / input.Height!.Value, box.Right / input.Width.Value, box.Bottom / input.Height.Value }.ShouldBe(known.Numbers("box_xyxy_relative"), Pixels, one.Input());
                box.Score.ShouldBe(known.GetProperty("score").GetSingle(), Exact);
                box.Label.ShouldBe(known.TryGetProperty("class", out var label) ? label.GetInt32() : 1);
            }
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Face_vectors_and_what_people_have_in_common()
    {
        const string File = "mobilefacenet_foamliu_128d.onnx";
        using var stack = ModelStack.With(File);
        var model = stack.Runtime.Get("mobilefacenet");
        var vectors = new Dictionary<string, FaceEmbedding>();

        foreach (var one in ReferenceCases.Of(File))
        {
            ReferenceCases.Run(model, await ReferenceCases.PictureAsync(one.Input()), (run, _) => vectors[one.Input()] = FaceEmbedding.Of(run.Values(0)).ShouldNotBeNull());

            // Vectors are kept in half precision.
            vectors[one.Input()].Values.ToArray().ShouldBe(one.Numbers("embedding_l2_normalised"), 2e-4f, one.Input());
        }

        var cosine = ReferenceCases.Fact(File, "cosine");
        var order = cosine.GetProperty("order").EnumerateArray().Select(n => n.GetString()!).ToList();
        var matrix = cosine.GetProperty("matrix").EnumerateArray().Select(r => r.EnumerateArray().Select(n => n.GetSingle()).ToList()).ToList();
        for (var i = 0; i < order.Count * order.Count; i++)
        {
            vectors[order[i / order.Count]].Similarity(vectors[order[i % order.Count]]).ShouldNotBeNull().ShouldBe(matrix[i / order.Count][i % order.Count], 1e-3f);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Points_of_faces_and_open_eyes()
    {
        using var stack = ModelStack.With("landmarks_68_pfld.onnx");
        foreach (var (id, file, name) in new[] { ("face-landmarks-68", "landmarks_68_pfld.onnx", "points_xy_relative"), ("eye-open", "eye_blink_cnn.onnx", "open") })
        {
            var model = stack.Runtime.Get(id);
            foreach (var one in ReferenceCases.Of(file))
            {
                float[] values = [];
                ReferenceCases.Run(model, await ReferenceCases.PictureAsync(one.Input()), (run, _) => values = run.Values(0).ToArray());

                values.ShouldBe(one.GetProperty(name).ValueKind == JsonValueKind.Array ? one.Numbers(name) : [one.GetProperty(name).GetSingle()], Exact, one.Input());
            }
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData("mediapipe_selfie_segmentation_256.onnx")]
    [InlineData("mediapipe_selfie_segmentation_144x256.onnx")]
    public async Task Person_masks(string file)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);

        foreach (var one in ReferenceCases.Of(file))
        {
            float[] mask = [];
            ReferenceCases.Run(model, await ReferenceCases.PictureAsync(one.Input()), (run, _) => mask = run.Values(0).ToArray());

            mask.Average().ShouldBe(one.GetProperty("mean").GetSingle(), Pixels, one.Input());
            ((float)mask.Count(m => m > 0.5f) / mask.Length).ShouldBe(one.GetProperty("shareAbove0.5").GetSingle(), Pixels, one.Input());
            var drawn = await ReferenceCases.PictureAsync(one.GetProperty("mask").GetString()!);
            for (var i = 0; i < mask.Length; i++)
            {
                // The stored mask has whole levels.
                (255 * mask[i]).ShouldBe(drawn.Pixels[3 * i], 1.3f, one.Input());
            }
        }
    }

    [Theory]
    [InlineData("laion_aesthetic_v1_clip_vit_b_32_head.onnx", 512)]
    [InlineData("laion_aesthetic_v1_clip_vit_b_16_head.onnx", 512)]
    [InlineData("laion_aesthetic_v1_clip_vit_l_14_head.onnx", 768)]
    [InlineData("laion_aesthetic_v2_clip_vit_l14_head.onnx", 768)]
    public void Aesthetic_scores_of_vectors(string file, int length)
    {
        using var stack = ModelStack.With(file);
        var model = stack.Runtime.Get(stack.Entry(file).Id);

        foreach (var one in ReferenceCases.Of(file))
        {
            var bytes = File.ReadAllBytes(TestModels.Path($"reference/{one.Input()}"));
            var numbers = new float[bytes.Length / sizeof(float)];
            Buffer.BlockCopy(bytes, 0, numbers, 0, bytes.Length);
            var scores = new float[numbers.Length / length];
            model.Run(numbers, scores.Length, n => [n, length], (run, first, count) => run.Values(0)[..count].CopyTo(scores.AsSpan(first)));

            scores.ShouldBe(one.Numbers("score"), 5e-4f);
        }
    }

    private static async Task<List<DetectedBox>> BoxesAsync(LoadedModel model, JsonElement one, int side, float? minScore = null)
    {
        var head = (BoxesHead)model.Entry.Head!;
        var boxes = new List<DetectedBox>();
        ReferenceCases.Run(model, await ReferenceCases.PictureAsync(one.Input()), (run, fit) => Boxes.Reader(head).Read(model, run, 0, fit, minScore ?? (float)head.ScoreThreshold, boxes), side);
        return Boxes.Best(boxes, head);
    }

    private static float[] Edges(DetectedBox box) => [box.Left, box.Top, box.Right, box.Bottom];
}
