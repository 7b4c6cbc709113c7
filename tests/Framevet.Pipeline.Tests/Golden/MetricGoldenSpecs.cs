using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.Pipeline.Tests.Scoring;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Golden;

/// <summary>Every score on every synthetic picture, as it was when somebody last looked at it.</summary>
public sealed class MetricGoldenSpecs
{
    private const string File = "tests/Framevet.Pipeline.Tests/Golden/metrics.json";
    private const string Origin = "own run; formulas checked against NaiveReferenceSpecs and MetricAnchorSpecs";

    // Noise comes from Random(seed), whose numbers .NET keeps stable for a given seed.
    private static readonly (string Name, Picture Picture)[] Shown =
    [
        ("flat-128", Pictures.Flat(160, 90, 128)),
        ("black", Pictures.Flat(160, 90, 0)),
        ("checker-1", Pictures.Checker(160, 90)),
        ("checker-8", Pictures.Checker(160, 90, 8)),
        ("gradient", Pictures.Gradient(160, 90)),
        ("noise-7", Pictures.Noise(160, 90, 7)),
        ("noise-7-blurred-2", Pictures.Noise(160, 90, 7).Blurred(2)),
        ("scene-3", Pictures.Scene(160, 90, 3)),
        ("scene-3-blurred-1", Pictures.Scene(160, 90, 3).Blurred(1)),
        ("scene-4-bright", Pictures.Scene(160, 90, 4).Brighter(60)),
    ];

    public static TheoryData<string> Scores => [.. Own.Select(m => m.Id)];

    // Networks give nothing without their files; their numbers are held to those of other software (ReferenceInputSpecs).
    private static IEnumerable<MetricSpec> Own => NoServices.Catalog.Parts
        .Where(p => p.Kind == PartKind.Metric && NoServices.Catalog.Build<IMetric>(new PartSpec(p.Id)).GetType().Namespace != typeof(ModelMetric).Namespace).SelectMany(p => p.Outputs);

    [Theory]
    [MemberData(nameof(Scores))]
    public void Every_score_has_golden_rows_and_keeps_to_them(string score)
    {
        var goldens = new Goldens(File);
        var scored = Scored.Of([.. Shown.Select(s => s.Picture)]);

        var faults = Shown.Select((s, i) => goldens.Fault($"{score}/{s.Name}", scored[i][score], Origin)).OfType<string>();

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void No_golden_row_is_left_over()
    {
        var expected = Own.SelectMany(m => Shown.Select(s => $"{m.Id}/{s.Name}"));

        new Goldens(File).Names.Except(expected).ShouldBeEmpty();
    }
}
