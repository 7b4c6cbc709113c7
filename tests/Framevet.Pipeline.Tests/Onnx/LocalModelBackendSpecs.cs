using System.Collections.Immutable;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Backends;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>A classifier on this machine as a moderation backend.</summary>
public sealed class LocalModelBackendSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly byte[] Jpeg = new JpegCodec().Encode(new RgbImage(16, 16, new byte[768]), 90);

    [Fact]
    public async Task Labels_of_one_meaning_add_up_and_harmless_ones_are_left_out()
    {
        using var models = Made([0.1f, 0.2f, 0.3f, 0.4f], ("a", "nudity/explicit"), ("b", "nudity/explicit"), ("c", "clean"), ("d", "violence"));

        var findings = await Backend(models).InspectAsync(Jpeg, Ct);

        findings.Select(f => (f.Label, Math.Round(f.Confidence, 3))).ShouldBe([("nudity/explicit", 0.3), ("violence", 0.4)]);
        findings.ShouldAllBe(f => f.Backend == "local-model" && f.ModelVersion.StartsWith("made ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_label_that_nobody_mapped_goes_to_people()
    {
        using var models = Made([0.06f, 0.94f], ("new", null), ("c", "clean"));

        var judgement = await Cascade(models).JudgeAsync(Jpeg, Ct);

        judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
        judgement.Findings.Single().Label.ShouldBe(ModerationLabels.Unmapped);
    }

    [Fact]
    public async Task A_sure_model_clears_and_blocks()
    {
        using var safe = Made([0.005f, 0.995f], ("bad", "nudity/explicit"), ("c", "clean"));
        using var bad = Made([0.995f, 0.005f], ("bad", "nudity/explicit"), ("c", "clean"));

        (await Cascade(safe).JudgeAsync(Jpeg, Ct)).Verdict.Decision.ShouldBe(Decision.Allow);
        (await Cascade(bad).JudgeAsync(Jpeg, Ct)).Verdict.Decision.ShouldBe(Decision.Block);
    }

    [Fact]
    public async Task A_model_that_is_gone_or_gives_no_numbers_escalates_and_never_clears()
    {
        using var gone = Made([0.005f, 0.995f], ("bad", "nudity/explicit"), ("c", "clean"));
        File.Delete(Path.Combine(gone.Folder, "made.onnx"));
        using var broken = Made([float.NaN, 1], ("bad", "nudity/explicit"), ("c", "clean"));

        foreach (var models in new[] { gone, broken })
        {
            var judgement = await Cascade(models).JudgeAsync(Jpeg, Ct);

            judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
            judgement.Verdict.By.ShouldBe("local-model");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Reference_photos_are_harmless_to_the_real_model()
    {
        using var stack = ModelStack.With("nsfwjs_mobilenet_v2.onnx");
        var codec = new JpegCodec();
        var backend = new LocalModelBackend(new LocalModelBackendOptions(), codec, stack.Runtime);
        foreach (var name in new[] { "astronaut.png", "coffee.png", "chelsea.png", "obama.jpg", "biden.jpg" })
        {
            var photo = await Photos.RgbAsync(TestModels.Path($"reference/photos/{name}"), Ct);

            var findings = await backend.InspectAsync(codec.Encode(photo, 90), Ct);

            findings.ShouldAllBe(f => f.Confidence < 0.15, name);
        }
    }

    private static LocalModelBackend Backend(TinyModels models) => new(new LocalModelBackendOptions { Model = "made" }, new JpegCodec(), models.Stack.Runtime);

    private static ModerationCascade Cascade(TinyModels models) =>
        new([Backend(models)], new ModerationPolicy(new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty }), ModerationCascade.DefaultCallTimeout, TimeProvider.System);

    private static TinyModels Made(float[] shares, params (string Label, string? Ours)[] labels)
    {
        var models = new TinyModels();
        models.Add("made", TinyModels.Linear(new float[3 * shares.Length], shares), new LabelsHead { Output = "out", Labels = [.. labels.Select(l => l.Label)] }, ModelTask.Safety,
            change: e => e with { Moderation = labels.Where(l => l.Ours is not null).ToImmutableSortedDictionary(l => l.Label, l => l.Ours!) });
        return models;
    }
}
