using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Tests.Frames;

public sealed class FramePoolSpecs
{
    private static readonly FrameLayout Layout = new(16, 8);

    [Fact]
    public void What_was_foreseen_is_made_once_whatever_is_under_way_afterwards()
    {
        var pool = new FramePool();
        pool.Foresee(10, 4);

        // One at a time: as many rents as were foreseen make them all.
        for (var i = 0; i < 40; i++)
        {
            pool.Return(pool.RentStats());
        }

        var rented = new PlaneStats[40];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rented.Length; i++)
        {
            rented[i] = pool.RentStats();
        }

        Array.ForEach(rented, pool.Return);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200, "not one of them, which is some 20 KB");
        rented.Distinct().Count().ShouldBe(40);
    }

    [Fact]
    public void Foreseen_batches_are_made_once_whatever_is_under_way_afterwards()
    {
        var pool = new FramePool();
        pool.Foresee(8, 4);
        for (var i = 0; i < 8; i++)
        {
            pool.RentBare(Layout, 4).Recycle();
        }

        var rented = new FrameBatch[8];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rented.Length; i++)
        {
            rented[i] = pool.RentBare(Layout, 4);
        }

        Array.ForEach(rented, b => b.Recycle());

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200, "not one of them, with its lists");
        rented.Distinct().Count().ShouldBe(8);
        pool.Outstanding.ShouldBe(0);
    }

    [Fact]
    public void A_recycled_batch_is_the_next_one_and_empty()
    {
        var pool = new FramePool();
        var first = pool.Rent(Layout, 4);
        first.Add(7, new Pts(1, new TimeBase(1, 25)), isKey: true);
        first.AddMask(0).Span.Fill(255);

        first.Recycle();
        var second = pool.Rent(new FrameLayout(4, 4), 2);

        second.ShouldBeSameAs(first);
        (second.Count, second.IsFull, second.Layout.Width).ShouldBe((0, false, 4));
        second.Add(0, new Pts(0, new TimeBase(1, 25)));
        (second[0].IsKey, second[0].Mask.IsEmpty).ShouldBe((false, true));
        second.Dispose();
        pool.Outstanding.ShouldBe(0);
    }

    [Fact]
    public void A_disposed_batch_is_never_used_again()
    {
        var pool = new FramePool();
        var first = pool.Rent(Layout, 4);

        first.Dispose();
        var second = pool.Rent(Layout, 4);

        second.ShouldNotBeSameAs(first);
        first.Dispose();
        second.Add(0, new Pts(0, new TimeBase(1, 25))).Length.ShouldBe(Layout.FrameBytes);
        second.Dispose();
        pool.Outstanding.ShouldBe(0);
    }
}
