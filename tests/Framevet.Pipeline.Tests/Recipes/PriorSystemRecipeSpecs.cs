using System.Text.Json;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Tests.Recipes;

/// <summary>The recipes that behave as earlier systems do.</summary>
public sealed class PriorSystemRecipeSpecs
{
    public static TheoryData<string> Names => ["pyframe", "pyframe-cascade", "perfectframe", "perfectframe-nima", "video-sampler-hash", "subject-frames", "subject-frames-people", "score-every-frame"];

    [Fact]
    public void All_are_there_and_named_once() => PriorSystems.Recipes.Select(r => r.Name).ShouldBe(Names.Select(n => n.Data), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_of_a_prior_system_is_valid_and_offered(string name)
    {
        var recipe = PriorSystems.Recipes.Single(r => r.Name == name);

        NoServices.Catalog.Validate(recipe).ShouldBeEmpty();
        BuiltInRecipes.All.ShouldContain(recipe);
        recipe.Summary.ShouldStartWith("As ");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_recipe_of_a_prior_system_survives_JSON_and_is_moderated(string name)
    {
        var recipe = PriorSystems.Recipes.Single(r => r.Name == name);
        var json = JsonSerializer.Serialize(recipe, PipelineJson.Options);

        JsonSerializer.Serialize(JsonSerializer.Deserialize<Recipe>(json, PipelineJson.Options), PipelineJson.Options).ShouldBe(json);
        recipe.Moderation.Backends.ShouldNotBeEmpty();
    }
}
