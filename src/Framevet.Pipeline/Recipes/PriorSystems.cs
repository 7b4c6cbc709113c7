using System.Collections.Immutable;

namespace Framevet.Pipeline.Recipes;

/// <summary>
/// What earlier systems do, as recipes by their names: their published choice of frames with our time stamps, scores and moderation. Where one of them was wrong the recipe is right,
/// and where one moderates or selects nothing ours still does.
/// </summary>
public static class PriorSystems
{
    // Several of them keep all that they find.
    private const int Everything = 10_000;

    /// <summary>Ten frames, each the liveliest of a tenth of the clip, all judged.</summary>
    public static Recipe PyFrame { get; } = RecipePieces.Common with
    {
        Name = "pyframe",
        Summary = "As PyFrame in one pass: ten frames, each the one with the most motion in its tenth of the clip, judged by the local classifier where its model is there, else by the skin screen.",
        Sampler = new PartSpec("motion-buckets").With("budget", 10),
    };

    /// <summary>Two frames a second are screened; what is suspicious goes further.</summary>
    public static Recipe PyFrameCascade { get; } = RecipePieces.Common with
    {
        Name = "pyframe-cascade",
        Summary = "As PyFrame with its prescreen: two frames per second pass the screen (the local classifier where its model is there, else the skin screen); the four most suspicious go to Amazon Rekognition in two pictures, the rest of what is flagged to people. Where that service is off, all of it does.",
        Sampler = new PartSpec("dense"),
        Moderation = RecipePieces.Cascade,
    };

    /// <summary>One frame a second, the best of every five.</summary>
    public static Recipe PerfectFrame { get; } = RecipePieces.Common with
    {
        Name = "perfectframe",
        Summary = "As PerfectFrameAI: one frame per second and the best of every five, by classical quality instead of its aesthetic model.",
        Sampler = new PartSpec("interval").With("seconds", 1.0),
        Selector = new PartSpec("best-of-group").With("groupSize", 5),
    };

    /// <summary>One frame a second, the best of every five by the aesthetic model, at the size of the source as its resampler wants.</summary>
    public static Recipe PerfectFrameNima { get; } = PerfectFrame with
    {
        Name = "perfectframe-nima",
        Summary = "As PerfectFrameAI with an aesthetic model: one frame per second, scored at the source's own size by NIMA, and the best of every five. Needs the model nima-aesthetic.",
        AnalysisSide = 0,
        Metrics = [new PartSpec("nima-aesthetic"), new PartSpec("sharpness"), new PartSpec("brightness")],
        Selector = new PartSpec("best-of-group").With("groupSize", 5).With("score", "nima-aesthetic"),
    };

    /// <summary>Keyframes at least a second apart, each look once; no hidden blur gate.</summary>
    public static Recipe VideoSamplerHash { get; } = RecipePieces.Common with
    {
        Name = "video-sampler-hash",
        Summary = "As video-sampler with its hash buffer: keyframes at least a second apart, each look once within a rolling window. Nothing is dropped for blur.",
        Sampler = new PartSpec("hash-buffer").With("keyframesOnly", true).With("seconds", 1.0),
        Selector = new PartSpec("top").With("count", Everything),
    };

    /// <summary>A frame every five seconds, the better one of look-alikes, all kept as PNG.</summary>
    public static Recipe SubjectFrames { get; } = RecipePieces.Common with
    {
        Name = "subject-frames",
        Summary = "As subject-frame-extractor: a frame every five seconds, weighted quality, the better one of look-alikes in the whole run, written as PNG.",
        Sampler = new PartSpec("interval").With("seconds", 5.0),
        Metrics = [.. RecipePieces.AllMetrics.Where(m => m.Id != "quality"), new PartSpec("quality").With("weights", Weights)],
        Gates = [new PartSpec("duplicate-global").With("maxDistance", 5).With("score", "quality")],
        Selector = new PartSpec("top").With("count", Everything),
        Exporters = [new PartSpec("zip").With("format", "png")],
    };

    /// <summary>The same with models: a person must be there, and its own pixels are scored.</summary>
    public static Recipe SubjectFramesPeople { get; } = SubjectFrames with
    {
        Name = "subject-frames-people",
        Summary = "As subject-frame-extractor with its models: a frame every five seconds with a certain face that takes a twentieth of it, faces with eyes, pose and likeness, the subject scored by itself, the better one of look-alikes, written as PNG.",
        Metrics = [.. SubjectFrames.Metrics, new PartSpec("faces"), new PartSpec("face-likeness"), new PartSpec("face-details"), new PartSpec("person-mask"), new PartSpec("subject")],
        Gates = [new PartSpec("face-presence").With("minConfidence", 0.9).With("minArea", 5.0), .. SubjectFrames.Gates],
    };

    /// <summary>Every frame scored; the top and the whole timeline.</summary>
    public static Recipe ScoreEveryFrame { get; } = RecipePieces.Common with
    {
        Name = "score-every-frame",
        Summary = "As video-analysis: scores every frame, then picks the best 5 % and the best of each eighth of the timeline.",
        Sampler = new PartSpec("all"),
        Selector = new PartSpec("coverage").With("percentile", 95.0),
    };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Recipe> Recipes { get; } = [PyFrame, PyFrameCascade, PerfectFrame, PerfectFrameNima, VideoSamplerHash, SubjectFrames, SubjectFramesPeople, ScoreEveryFrame];

    // The first published formula; ours divides by the sum, so only the ratios matter.
    private static Dictionary<string, double> Weights => new() { ["sharpness"] = 30, ["edge-strength"] = 20, ["contrast"] = 20, ["brightness"] = 10, ["entropy"] = 20 };
}
