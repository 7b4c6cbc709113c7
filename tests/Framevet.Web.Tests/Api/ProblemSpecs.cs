using Framevet.Pipeline;
using Framevet.Web.Api;

namespace Framevet.Web.Tests.Api;

/// <summary>Codes are an API: they have a status and a type each, and the types never change.</summary>
public sealed class ProblemSpecs
{
    [Theory]
    [InlineData(FailureCode.SourceRefused, 422, "urn:framevet:source-refused")]
    [InlineData(FailureCode.SourceTooLarge, 413, "urn:framevet:source-too-large")]
    [InlineData(FailureCode.NotFound, 404, "urn:framevet:not-found")]
    [InlineData(FailureCode.Conflict, 409, "urn:framevet:conflict")]
    [InlineData(FailureCode.OutOfSpace, 507, "urn:framevet:out-of-space")]
    [InlineData(FailureCode.Unexpected, 500, "urn:framevet:unexpected")]
    public void A_code_has_its_status_and_type(FailureCode code, int status, string type)
    {
        var problem = Problems.From(new VettingException(code, "A sentence.", "secret background"));

        (problem.Status, problem.Type, problem.Detail).ShouldBe((status, type, "A sentence."));
    }

    [Fact]
    public void A_bug_tells_nothing_about_the_inside() =>
        Problems.From(new InvalidOperationException("connection string")).Detail!.ShouldNotContain("connection");

    [Fact]
    public void Every_code_has_a_status_of_its_own_kind() =>
        Enum.GetValues<FailureCode>().Where(c => c != FailureCode.Unexpected).ShouldAllBe(c => Problems.StatusOf(c) != 500);

    [Theory]
    [InlineData("sharpness:10..20", 10.0, 20.0)]
    [InlineData("sharpness:..0.5", null, 0.5)]
    [InlineData("sharpness:-1e2..", -100.0, null)]
    public void A_score_range_reads_both_ends(string text, double? min, double? max) =>
        FramesApi.Bounds([text])!["sharpness"].ShouldBe(new Framevet.Data.Queries.ScoreBounds(min, max));

    [Theory]
    [InlineData("sharpness")]
    [InlineData(":1..2")]
    [InlineData("sharpness:1,5..2")]
    [InlineData("sharpness:1..NaN")]
    public void A_score_range_that_does_not_read_is_refused(string text) =>
        Should.Throw<VettingException>(() => FramesApi.Bounds([text])).Code.ShouldBe(FailureCode.InvalidRequest);
}
