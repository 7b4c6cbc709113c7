using Framevet.Pipeline.Gating;

namespace Framevet.Pipeline.Tests.Gating;

public sealed class DuplicateGateSpecs
{
    [Fact]
    public void Identical_frames_leave_the_first()
    {
        var gate = new DuplicateGate(new());

        var kept = Enumerable.Range(0, 20).Where(i => gate.Check(Made.Frame(i, i, 0xF0F0)).Pass).ToList();

        kept.ShouldBe([0]);
    }

    [Fact]
    public void The_reason_names_the_frame_that_was_kept()
    {
        var gate = new DuplicateGate(new());
        gate.Check(Made.Frame(123, 4.2, 0));

        gate.Check(Made.Frame(140, 5, 0b111)).Reason.ShouldBe("duplicate of frame #123 at 0:04.2 (distance 3)");
    }

    [Fact]
    public void Of_several_the_nearest_is_named_and_of_equally_near_ones_the_earliest()
    {
        var gate = new DuplicateGate(new() { MaxDistance = 3 });
        gate.Check(Made.Frame(1, 1, 0b1111_0000)).Pass.ShouldBeTrue();
        gate.Check(Made.Frame(2, 2, 0b0000_1111)).Pass.ShouldBeTrue();
        gate.Check(Made.Frame(3, 3, 0b1111_0000_0000)).Pass.ShouldBeTrue();

        gate.Check(Made.Frame(4, 4, 0b0000_0111)).Reason!.ShouldStartWith("duplicate of frame #2 ");
        new DuplicateGate(new() { MaxDistance = 64, Window = 0 }).Check(Made.Frame(0, 0)).Pass.ShouldBeTrue();
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(7, false)]
    public void The_distance_itself_still_counts_as_the_same(int bits, bool isDuplicate)
    {
        var gate = new DuplicateGate(new() { MaxDistance = 6 });
        gate.Check(Made.Frame(0, 0, 0));

        gate.Check(Made.Frame(1, 1, (1UL << bits) - 1)).Pass.ShouldBe(!isDuplicate);
    }

    [Fact]
    public void A_dropped_frame_is_not_remembered_so_a_slow_change_is_kept_again_and_again()
    {
        var gate = new DuplicateGate(new() { MaxDistance = 3 });

        // One bit more each time: 0, 4, 8, ... differ enough from the last kept one.
        var kept = Enumerable.Range(0, 13).Where(i => gate.Check(Made.Frame(i, i, (1UL << i) - 1)).Pass).ToList();

        kept.ShouldBe([0, 4, 8, 12]);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(0, false)]
    public void Only_the_last_kept_frames_are_compared_with(int window, bool isForgotten)
    {
        var gate = new DuplicateGate(new() { MaxDistance = 0, Window = window });
        foreach (var i in Enumerable.Range(0, 3))
        {
            gate.Check(Made.Frame(i, i, (ulong)i)).Pass.ShouldBeTrue();
        }

        gate.Check(Made.Frame(9, 9, 0)).Pass.ShouldBe(isForgotten);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void It_equals_a_plain_list_over_many_frames(int window)
    {
        var gate = new DuplicateGate(new() { MaxDistance = 24, Window = window });
        var random = new Random(42);
        var kept = new List<ulong>();
        for (var i = 0; i < 500; i++)
        {
            var look = (ulong)random.NextInt64();
            var compared = window == 0 ? kept : kept.TakeLast(window);
            var expected = compared.All(k => System.Numerics.BitOperations.PopCount(k ^ look) > 24);

            gate.Check(Made.Frame(i, i, look)).Pass.ShouldBe(expected);
            if (expected)
            {
                kept.Add(look);
            }
        }

        kept.Count.ShouldBeInRange(30, 480);
    }
}
