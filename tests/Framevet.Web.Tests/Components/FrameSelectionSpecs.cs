using System.Collections.Immutable;
using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>Choosing frames by click, Ctrl, Shift and all.</summary>
public sealed class FrameSelectionSpecs
{
    private static readonly ImmutableArray<long> Order = [.. Enumerable.Range(0, 10_000).Select(i => i * 512L)];

    [Fact]
    public void A_click_chooses_one_frame_and_drops_the_others() =>
        FrameSelection.None.Only(1).Toggle(2).Only(3).Chosen.ShouldBe([3]);

    [Fact]
    public void Ctrl_puts_a_frame_in_and_takes_it_out_again()
    {
        var two = FrameSelection.None.Only(1).Toggle(2);

        two.Chosen.ShouldBe([1, 2], ignoreOrder: true);
        two.Toggle(2).Chosen.ShouldBe([1]);
    }

    [Fact]
    public void Shift_over_five_thousand_rows_that_were_never_drawn_chooses_exactly_those()
    {
        var range = FrameSelection.None.Only(Order[100]).RangeTo(Order[5100], Order);

        range.Count.ShouldBe(5001);
        range.Contains(Order[100]).ShouldBeTrue();
        range.Contains(Order[5100]).ShouldBeTrue();
        range.Contains(Order[99]).ShouldBeFalse();
        range.Contains(Order[5101]).ShouldBeFalse();
    }

    [Fact]
    public void A_second_shift_click_starts_from_the_same_anchor_and_goes_backwards_too()
    {
        var range = FrameSelection.None.Only(Order[50]).RangeTo(Order[60], Order).RangeTo(Order[45], Order);

        range.InOrder(Order).ShouldBe(Order[45..51]);
    }

    [Fact]
    public void Ctrl_and_shift_together_keep_what_was_chosen() =>
        FrameSelection.None.Only(Order[0]).Toggle(Order[10]).RangeTo(Order[12], Order, adds: true).InOrder(Order).ShouldBe([Order[0], .. Order[10..13]]);

    [Fact]
    public void Shift_without_a_first_click_chooses_one() => FrameSelection.None.RangeTo(Order[7], Order).Chosen.ShouldBe([Order[7]]);

    [Fact]
    public void Select_all_keeps_frames_that_the_filter_hides_and_lists_them_last()
    {
        var hidden = Order[9000];
        var all = FrameSelection.None.Only(hidden).WithAll(Order[..10]);

        all.Count.ShouldBe(11);
        all.InOrder(Order[..10]).ShouldBe([.. Order[..10], hidden]);
    }
}
