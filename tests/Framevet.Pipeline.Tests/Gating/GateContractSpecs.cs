using Framevet.Pipeline.Gating;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Gating;

/// <summary>What every gate of the catalogue promises.</summary>
public sealed class GateContractSpecs
{
    public static TheoryData<string> Gates => [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Gate).Select(p => p.Id)];

    [Theory]
    [MemberData(nameof(Gates))]
    public void The_same_frames_in_the_same_order_get_the_same_answers_with_a_reason_for_each_loss(string id)
    {
        var frames = Made.Clip(1, 200);
        var (first, second) = (Build(id), Build(id));

        var answers = frames.Select(first.Check).ToList();

        frames.Select(second.Check).ShouldBe(answers);
        answers.ShouldAllBe(a => a.Pass == (a.Reason == null));
    }

    [Theory]
    [MemberData(nameof(Gates))]
    public void A_gate_that_does_not_remember_answers_the_same_in_any_order(string id)
    {
        if (Build(id).Remembers)
        {
            return;
        }

        var frames = Made.Clip(2, 100);
        var gate = Build(id);
        var answers = frames.ToDictionary(f => f, gate.Check);

        frames.Shuffled(3).ShouldAllBe(f => gate.Check(f) == answers[f]);
    }

    private static IGate Build(string id) => NoServices.Catalog.Build<IGate>(new PartSpec(id));
}
