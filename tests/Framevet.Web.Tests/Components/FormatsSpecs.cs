using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>How numbers and times are written.</summary>
public sealed class FormatsSpecs
{
    [Theory]
    [InlineData(0, "0:00.000")]
    [InlineData(61.25, "1:01.250")]
    [InlineData(3723.5, "1:02:03.500")]
    [InlineData(59.9996, "1:00.000")]
    [InlineData(-1.5, "-0:01.500")]
    public void A_position_is_written_with_milliseconds(double seconds, string text) => Formats.Clock(seconds).ShouldBe(text);

    [Fact]
    public void Unknown_is_a_dash_and_never_zero()
    {
        Formats.Clock(null).ShouldBe(Formats.Unknown);
        Formats.Score(double.NaN).ShouldBe(Formats.Unknown);
        Formats.Percent(null).ShouldBe(Formats.Unknown);
        Formats.Bytes(null).ShouldBe(Formats.Unknown);
        Formats.Length(null).ShouldBe(Formats.Unknown);
    }

    [Theory]
    [InlineData(10, "just now")]
    [InlineData(300, "5 min ago")]
    [InlineData(7200, "2 h ago")]
    [InlineData(259200, "3 days ago")]
    public void Times_are_relative(int seconds, string text) =>
        Formats.Ago(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(seconds)).ShouldBe(text);
}
