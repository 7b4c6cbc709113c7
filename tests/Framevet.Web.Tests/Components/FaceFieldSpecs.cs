using Bunit;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>Choosing the face that a recipe looks for.</summary>
public sealed class FaceFieldSpecs : BunitContext
{
    private static readonly FoundFace One = new(0.1, 0.2, 0.3, 0.4, "one");
    private static readonly FoundFace Two = new(0.6, 0.2, 0.2, 0.3, "two");

    private string? _value;

    public FaceFieldSpecs()
    {
        var module = JSInterop.SetupModule("./js/faces.js");
        module.SetupVoid("attach", _ => true).SetVoidResult();
        module.SetupVoid("detach", _ => true).SetVoidResult();
    }

    [Fact]
    public async Task The_only_face_of_a_picture_is_taken_at_once_and_marked_in_it()
    {
        var field = Field("");

        await field.InvokeAsync(() => field.Instance.OnFoundAsync("me.jpg", "blob:x", [One]));

        _value.ShouldBe("one");
        field.Find("img").GetAttribute("src").ShouldBe("blob:x");
        field.Find("[data-testid=f-face-1]").GetAttribute("style").ShouldBe("left:10%;top:20%;width:30%;height:40%");
        field.Find("[data-testid=f-face-1]").GetAttribute("aria-pressed").ShouldBe("true");
        field.FindAll("[data-testid=f-choose]").ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_several_faces_somebody_chooses_one()
    {
        var field = Field("");

        await field.InvokeAsync(() => field.Instance.OnFoundAsync("us.jpg", "blob:x", [One, Two]));

        _value.ShouldBeNull("nobody was chosen yet");
        field.Find("[data-testid=f-choose]").TextContent.ShouldContain("2 faces were found. Whom");
        field.Find("[data-testid=f-face-2]").Click();
        _value.ShouldBe("two");
        field.Find("[data-testid=f-face-2]").GetAttribute("aria-pressed").ShouldBe("true");
        field.Find("[data-testid=f-face-1]").GetAttribute("aria-pressed").ShouldBe("false");
    }

    [Fact]
    public async Task No_face_and_other_trouble_are_said_in_words_and_change_nothing()
    {
        var field = Field("old");

        await field.InvokeAsync(() => field.Instance.OnFoundAsync("cup.jpg", "blob:x", []));
        field.Find("[data-testid=f-trouble]").TextContent.ShouldStartWith("No face was found in cup.jpg.");
        await field.InvokeAsync(() => field.Instance.OnTrouble("The model file x is missing."));
        field.Find("[data-testid=f-trouble]").TextContent.ShouldBe("The model file x is missing.");

        _value.ShouldBeNull();
        field.Find("[data-testid=f-set]").TextContent.ShouldContain("A face is set");
    }

    [Fact]
    public async Task While_the_server_looks_that_is_said_and_it_is_told_which_part_will_compare()
    {
        var field = Field("");

        var part = await field.InvokeAsync(field.Instance.OnLooking);

        part.ShouldBe("""{"id":"likeness","options":{}}""");
        field.Markup.ShouldContain("Looking for faces");
    }

    [Fact]
    public void A_face_that_is_set_can_be_taken_away()
    {
        var field = Field("one two");

        field.Find("[data-testid=f-set]").TextContent.ShouldContain("2 faces are set");
        field.Find("[data-testid=f-clear]").Click();

        _value.ShouldBe("");
    }

    private IRenderedComponent<FaceField> Field(string value) =>
        Render<FaceField>(p => p.Add(c => c.Id, "f").Add(c => c.Value, value).Add(c => c.Spec, new PartSpec("likeness")).Add(c => c.ValueChanged, v => _value = v));
}
