using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tests.Recipes;

namespace Framevet.Pipeline.Tests.Moderation;

/// <summary>What every moderation backend of the catalogue promises.</summary>
public sealed class BackendContractSpecs
{
    public static TheoryData<string> Backends => [.. NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Moderation).Select(p => p.Id)];

    [Theory]
    [MemberData(nameof(Backends))]
    public void It_is_stored_under_its_part_id_with_a_version(string id)
    {
        var backend = NoServices.Catalog.Build<IModerationBackend>(new PartSpec(id));

        backend.Id.ShouldBe(id);
        backend.ModelVersion.ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Garbage_instead_of_a_picture_escalates(string id)
    {
        var recipe = BuiltInRecipes.BestFrames.Moderation with { Backends = [new PartSpec(id)] };
        var cascade = ModerationCascade.Build(NoServices.Catalog, recipe, TimeProvider.System);

        foreach (var garbage in new byte[][] { [], [1, 2, 3], [0xFF, 0xD8, 0xFF, 0xE0, 0, 16], new byte[100_000] })
        {
            var judgement = await cascade.JudgeAsync(garbage, TestContext.Current.CancellationToken);

            judgement.Verdict.Decision.ShouldBe(Decision.Escalate);
            judgement.Verdict.By.ShouldBe(id);
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_cancelled_call_throws(string id)
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var backend = NoServices.Catalog.Build<IModerationBackend>(new PartSpec(id));

        await Should.ThrowAsync<OperationCanceledException>(async () => await backend.InspectAsync(new byte[] { 1 }, stop.Token));
    }
}
