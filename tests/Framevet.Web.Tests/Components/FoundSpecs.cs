using System.Collections.Immutable;
using Bunit;
using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Web.Components.Pages.Frames;
using Framevet.Web.Components.Pages.Gallery;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>How pages show faces, things and people.</summary>
public sealed class FoundSpecs : BunitContext
{
    private static readonly RunId Id = RunId.New(DateTimeOffset.UnixEpoch);

    private static readonly FaceMark Face = new(new MarkBox(0.25f, 0.1f, 0.5f, 0.4f), 0.93f, [new MarkPoint(0.4f, 0.2f), new MarkPoint(0.6f, 0.2f)]);

    public FoundSpecs()
    {
        var module = JSInterop.SetupModule("./js/marks.js");
        module.SetupVoid("follow", _ => true).SetVoidResult();
        module.SetupVoid("leave", _ => true).SetVoidResult();
    }

    [Fact]
    public void Boxes_stand_where_they_are_in_the_frame_in_parts_of_it()
    {
        var marks = Render<FoundMarks>(p => p.Add(c => c.Found, new FrameDetections([Face], [new ObjectMark("dog", 0.7f, new MarkBox(-0.05f, 0.5f, 0.3f, 0.5f))])).Add(c => c.Shape, 0.5));

        marks.Find("[data-testid=marks]").GetAttribute("style").ShouldBe("--shape:0.5");
        marks.Find("[data-testid=mark-face-0]").GetAttribute("style").ShouldBe("left:25%;top:10%;width:50%;height:40%");
        marks.Find("[data-testid=mark-thing-0]").GetAttribute("style").ShouldBe("left:-5%;top:50%;width:30%;height:50%");
        marks.FindAll(".point").Select(p => p.GetAttribute("style")).ShouldBe(["left:40%;top:20%", "left:60%;top:20%"]);
        marks.Find("[data-testid=mark-thing-0] button").GetAttribute("aria-label").ShouldNotBeNull().ShouldStartWith("dog, 70");
    }

    [Fact]
    public void The_mask_of_people_is_drawn_when_it_is_asked_for()
    {
        var found = new FrameDetections([Face], PersonMask: FrameMask.From([0, 255, 0, 255], 2, 2));
        var marks = Render<FoundMarks>(p => p.Add(c => c.Found, found));

        marks.FindAll("[data-testid=person-mask]").ShouldBeEmpty();
        marks.Render(p => p.Add(c => c.ShowsMask, true).Add(c => c.ShowsBoxes, false));
        marks.Find("[data-testid=person-mask]").GetAttribute("viewBox").ShouldBe("0 0 2 2");
        marks.Find("[data-testid=person-mask] path").GetAttribute("d").ShouldBe("M1 0h1v1h-1zM1 1h1v1h-1z");
        marks.FindAll(".mark").ShouldBeEmpty();
    }

    [Fact]
    public void A_box_bears_the_number_of_the_person_and_is_chosen_by_a_click()
    {
        FoundMark? chosen = null;
        var marks = Render<FoundMarks>(p => p.Add(c => c.Found, new FrameDetections([Face, Face])).Add(c => c.People, ImmutableDictionary<int, int>.Empty.Add(1, 4))
            .Add(c => c.OnChoose, mark => chosen = mark).Add(c => c.Chosen, new FoundMark(true, 0)));

        marks.Find("[data-testid=mark-face-0] .name").TextContent.ShouldBe("Face 1");
        marks.Find("[data-testid=mark-face-1] .name").TextContent.ShouldBe("Person 4");
        marks.Find("[data-testid=mark-face-0]").ClassList.ShouldContain("chosen");
        marks.Find("[data-testid=mark-face-1] button").Click();
        chosen.ShouldBe(new FoundMark(true, 1));
    }

    [Fact]
    public void The_list_says_what_is_known_of_each_face_and_nothing_that_is_not()
    {
        var known = Face with { EyesOpen = 0.96f, Pose = new HeadPose(32, -3, 0), Embedding = FaceEmbedding.Of([1, 0]) };
        var list = Render<FoundList>(p => p.Add(c => c.Row, Row(1000, isAllowed: true)).Add(c => c.Found, new FrameDetections([known, Face], PersonShare: 0.32f))
            .Add(c => c.People, ImmutableDictionary<int, int>.Empty.Add(0, 2)).Add(c => c.MaySubmit, true));

        var first = list.Find("[data-testid=face-0]");
        first.TextContent.ShouldContain("93");
        first.TextContent.ShouldContain("Eyes open (96");
        first.TextContent.ShouldContain("Turned right 32°");
        list.Find("[data-testid=person-0]").GetAttribute("href").ShouldBe($"runs/{Id}/gallery?person=2");
        list.Find("[data-testid=use-face-0]").GetAttribute("href").ShouldBe($"submit?face={Id}/1000/0");
        list.Find("[data-testid=face-0] img").GetAttribute("src").ShouldBe($"/media/faces/{Id}/1000/0.jpg?v=1");
        list.Find("[data-testid=face-1]").TextContent.ShouldNotContain("yes");
        list.FindAll("[data-testid=use-face-1]").ShouldBeEmpty("nobody knows what it looks like");
        list.Find("[data-testid=person-share]").TextContent.ShouldContain("32");
        list.FindAll("[data-testid=no-things]").ShouldBeEmpty("nobody looked for things");
    }

    [Fact]
    public void Looked_for_and_not_found_is_said_in_words()
    {
        var list = Render<FoundList>(p => p.Add(c => c.Row, Row(0, isAllowed: true)).Add(c => c.Found, new FrameDetections([], [])));

        list.Find("[data-testid=no-faces]").TextContent.ShouldBe("No face was found.");
        list.Find("[data-testid=no-things]").TextContent.ShouldBe("No thing was recognised.");
        list.FindAll("[data-testid=person-share]").ShouldBeEmpty();
    }

    [Fact]
    public void Faces_of_a_frame_that_may_not_be_seen_are_asked_for_as_such_unless_it_is_revealed()
    {
        var list = Render<FoundList>(p => p.Add(c => c.Row, Row(5, isAllowed: false)).Add(c => c.Found, new FrameDetections([Face])));

        list.Find("img").GetAttribute("src").ShouldBe($"/media/faces/{Id}/5/0.jpg?v=0");
        list.Render(p => p.Add(c => c.IsRevealed, true));
        list.Find("img").GetAttribute("src").ShouldBe($"/media/faces/{Id}/5/0.jpg?reveal=1");
    }

    [Fact]
    public void A_strip_shows_who_is_in_the_run_and_marks_whom_the_gallery_is_filtered_by()
    {
        var strip = Render<PeopleStrip>(p => p.Add(c => c.Run, Id).Add(c => c.People, [Person(1, 41), Person(2, 1, isAllowed: false)]).Add(c => c.Href, n => $"?person={n}").Add(c => c.Chosen, 2)
            .Add(c => c.MaySubmit, true));

        strip.Find("[data-testid=person-1]").TextContent.ShouldContain("41 frames");
        strip.Find("[data-testid=person-1]").GetAttribute("href").ShouldBe("?person=1");
        strip.Find("[data-testid=person-1]").HasAttribute("aria-current").ShouldBeFalse();
        strip.Find("[data-testid=person-2]").GetAttribute("aria-current").ShouldBe("true");
        strip.Find("[data-testid=person-2]").GetAttribute("aria-label").ShouldNotBeNull().ShouldContain("1 frame, 0:01.000 to 0:02.000, blurred");
        strip.Find("[data-testid=person-2] img").GetAttribute("src").ShouldNotBeNull().ShouldEndWith("?v=0");
        strip.Find("[data-testid=use-person]").GetAttribute("href").ShouldBe($"submit?person={Id}/2");
    }

    [Fact]
    public void Many_people_are_shown_step_by_step_with_the_chosen_one_always_among_them()
    {
        var strip = Render<PeopleStrip>(p => p.Add(c => c.Run, Id).Add(c => c.People, [.. Enumerable.Range(1, 30).Select(n => Person(n, 40 - n))]).Add(c => c.Href, n => "").Add(c => c.Chosen, 29));

        strip.FindAll(".person").Count.ShouldBe(13);
        strip.FindAll("[data-testid=person-29]").ShouldNotBeEmpty();
        strip.FindAll("[data-testid=use-person]").ShouldBeEmpty("who may not submit has no use for it");
        strip.Find("[data-testid=people-more]").Click();
        strip.FindAll(".person").Count.ShouldBe(25);
    }

    [Fact]
    public void Without_people_there_is_no_strip() =>
        Render<PeopleStrip>(p => p.Add(c => c.Run, Id).Add(c => c.People, []).Add(c => c.Href, n => "")).Markup.Trim().ShouldBeEmpty();

    [Theory]
    [InlineData(0, 0, 0, "facing the camera")]
    [InlineData(-14, 14, 3, "facing the camera")]
    [InlineData(-40, 20, 0, "turned left 40°, looking up 20°")]
    [InlineData(0, -30, -25, "looking down 30°, tilted anticlockwise 25°")]
    public void A_head_points_somewhere_in_words(float yaw, float pitch, float roll, string said) => FaceWords.Turn(new HeadPose(yaw, pitch, roll)).ShouldBe(said);

    [Fact]
    public void What_nobody_measured_has_no_words()
    {
        FaceWords.Turn(null).ShouldBeNull();
        FaceWords.Eyes(null).ShouldBeNull();
        FaceWords.Eyes(0.02f).ShouldNotBeNull().ShouldStartWith("eyes closed");
    }

    private static FrameRow Row(long pts, bool isAllowed) =>
        new(Id, pts, pts / 1000.0, 0, isAllowed ? FrameState.Allowed : FrameState.Pending, isAllowed, null, null, null, ImmutableSortedDictionary<string, float>.Empty, "thumbs/x/1.jpg", 1);

    private static PersonRow Person(int number, int frames, bool isAllowed = true) => new(number, frames, frames, 1, 2, 1000 + number, 0, isAllowed);
}
