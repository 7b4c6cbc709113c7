using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Recipes;

/// <summary>The face that a recipe looks for.</summary>
public sealed class WantedFaceSpecs
{
    private static readonly FaceEmbedding Look = FaceEmbedding.Of([0.6f, 0.8f])!;

    private static PartCatalog Catalog => NoServices.Catalog;

    [Fact]
    public void A_recipe_that_gates_by_likeness_lacks_its_face_until_one_is_chosen()
    {
        Catalog.Validate(FaceRecipes.OnePerson).ShouldBeEmpty("it may be stored as it is");
        WantedFace.Missing(FaceRecipes.OnePerson, Catalog).ShouldNotBeNull().ShouldContain("choose the face first");

        var chosen = WantedFace.Set(FaceRecipes.OnePerson, Catalog, Look).ShouldNotBeNull();

        WantedFace.Missing(chosen, Catalog).ShouldBeNull();
        Catalog.Validate(chosen).ShouldBeEmpty();
        FaceEmbedding.Parse(chosen.Metrics.Single(m => m.Id == "face-likeness").Options["reference"].GetString()).ShouldBe(Look);
    }

    [Fact]
    public void What_is_asked_for_is_set_and_taken_away_at_its_place()
    {
        var place = WantedFace.Asked(FaceRecipes.OnePerson, Catalog).ShouldHaveSingleItem();
        place.Reference.ShouldBeEmpty();

        var set = WantedFace.With(FaceRecipes.OnePerson, place, "x y");

        WantedFace.Asked(set, Catalog).Single().Reference.ShouldBe("x y");
        WantedFace.With(set, place, "").Metrics.SelectMany(m => m.Options.Keys).ShouldNotContain("reference");
        WantedFace.Asked(FaceRecipes.WithFaces, Catalog).ShouldBeEmpty("nothing asks for the likeness");
    }

    [Fact]
    public void Taking_looks_without_comparing_them_lacks_nothing()
    {
        WantedFace.IsTaken(FaceRecipes.WithFaces, Catalog).ShouldBeTrue();
        WantedFace.Missing(FaceRecipes.WithFaces, Catalog).ShouldBeNull();
    }

    [Fact]
    public void A_recipe_that_looks_for_nobody_takes_no_face()
    {
        WantedFace.IsTaken(BuiltInRecipes.BestFrames, Catalog).ShouldBeFalse();
        WantedFace.Set(BuiltInRecipes.BestFrames, Catalog, Look).ShouldBeNull();
        WantedFace.Missing(BuiltInRecipes.BestFrames, Catalog).ShouldBeNull();
    }

    [Fact]
    public void The_option_is_edited_as_a_face() =>
        Catalog.Parts.Single(p => p.Id == "face-likeness").Options.Single(o => o.Name == "reference").Kind.ShouldBe(PartOptionKind.Face);

    [Fact]
    public void What_a_metric_reads_stands_before_it() => Catalog.Needed(new PartSpec("face-likeness")).Select(p => p.Id).ShouldBe(["faces"]);
}
