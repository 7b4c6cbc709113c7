using Framevet.Web.Jobs;

namespace Framevet.Web.Tests.Jobs;

/// <summary>Start times that make priority strict.</summary>
public sealed class PriorityBandSpecs
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_later_job_of_higher_priority_starts_before_an_earlier_one()
    {
        for (var priority = 0; priority < 9; priority++)
        {
            PriorityBands.StartAt(priority + 1, Now.AddYears(20)).ShouldBeLessThan(PriorityBands.StartAt(priority, Now));
        }
    }

    [Fact]
    public void Within_a_priority_who_comes_first_starts_first() =>
        PriorityBands.StartAt(5, Now).ShouldBeLessThan(PriorityBands.StartAt(5, Now.AddMilliseconds(1)));

    [Fact]
    public void Every_start_lies_in_the_past() =>
        PriorityBands.StartAt(0, Now.AddYears(20)).ShouldBeLessThan(Now);
}
