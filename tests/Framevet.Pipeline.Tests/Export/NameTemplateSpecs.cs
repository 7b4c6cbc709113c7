using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;

namespace Framevet.Pipeline.Tests.Export;

public sealed class NameTemplateSpecs
{
    private static readonly ExportOrigin Origin = new("run 1", "my holiday.mp4", "ab12", "Best frames");

    private static readonly Pick Third = new(
        new Candidate(new Pts(90090, new TimeBase(1, 30000)), 90, ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("quality", 87.25f)]), 0, null, []), 3, "");

    [Theory]
    [InlineData("", false, "003_my-holiday_f000090_t0-00-03.003_q87.25.png")]
    [InlineData("", true, "003_my-holiday_f000090_t0-00-03-003_q87-25.png")]
    [InlineData("{stem}-{rank}.{ext}", false, "my-holiday-003.png")]
    [InlineData("{stem}-{rank}", false, "my-holiday-003.png")]
    [InlineData("{run} {frame} {time} {score:quality} {score:unknown}", false, "run-1 000090 0-00-03.003 87.25 none.png")]
    [InlineData("{time}.{ext}", true, "0-00-03-003.png")]
    public void Names_follow_the_template(string template, bool avoidsDots, string name) =>
        new NameTemplate(template, avoidsDots).Of(Origin, Third, ".png").ShouldBe(name);

    [Theory]
    [InlineData("../{stem}", "/")]
    [InlineData("a\\{stem}", "\\")]
    [InlineData("{stem}:{rank}", ":")]
    [InlineData("{title}", "{title}")]
    [InlineData("{score:}", "{score:}")]
    [InlineData("{stem", "brace")]
    [InlineData(".{stem}", "hidden")]
    [InlineData("a\nb", "file names cannot have")]
    public void A_template_that_cannot_work_is_refused_with_a_sentence(string template, string reason)
    {
        var error = Should.Throw<VettingException>(() => new NameTemplate(template, false));

        error.Code.ShouldBe(FailureCode.InvalidRequest);
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public void Names_that_collide_get_a_number_whatever_their_case()
    {
        var taken = new HashSet<string>();

        NameTemplate.Free("a.png", taken).ShouldBe("a.png");
        NameTemplate.Free("A.png", taken).ShouldBe("A-2.png");
        NameTemplate.Free("a.png", taken).ShouldBe("a-3.png");
        NameTemplate.Free("b.png", taken).ShouldBe("b.png");
    }

    [Fact]
    public void Trap_10_the_name_of_a_still_leads_back_to_source_frame_and_time()
    {
        var name = new NameTemplate("", false).Of(Origin, Third, ".jpg");

        name.ShouldContain(FrameNames.Stem(Origin.SourceName));
        name.ShouldContain("f000090");
        name.ShouldContain("t0-00-03.003");
        new ExportOptions().Quality.ShouldBeGreaterThan(75, "a default quality that is seen");
    }
}
