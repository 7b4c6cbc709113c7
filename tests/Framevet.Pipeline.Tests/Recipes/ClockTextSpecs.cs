using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Tests.Recipes;

public sealed class ClockTextSpecs
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("12.5", 12.5)]
    [InlineData("90", 90)]
    [InlineData("1:30", 90)]
    [InlineData("1:02:03.25", 3723.25)]
    [InlineData(" 0:07 ", 7)]
    public void Times_are_read_as_people_write_them(string text, double seconds)
    {
        ClockText.TryRead(text, out var read).ShouldBeTrue();
        read.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("-3")]
    [InlineData("1:60")]
    [InlineData("1.5:00")]
    [InlineData("1:2:3:4")]
    [InlineData("soon")]
    [InlineData("1e3")]
    [InlineData("1:")]
    public void What_is_no_time_is_not_read(string? text) => ClockText.TryRead(text, out _).ShouldBeFalse();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var random = new Random(11);
        for (var i = 0; i < 1000; i++)
        {
            var seconds = random.Next(20_000_000) / 1000.0;
            ClockText.TryRead(ClockText.Write(seconds), out var read).ShouldBeTrue($"{seconds}");
            read.ShouldBe(seconds, 1e-9);
        }
    }
}
