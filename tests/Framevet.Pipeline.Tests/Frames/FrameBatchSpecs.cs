using Framevet.Pipeline.Frames;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Frames;

public sealed class FrameBatchSpecs
{
    private static readonly TimeBase Tb = new(1, 25);
    private readonly FramePool _pool = new();

    [Fact]
    public void Access_after_dispose_throws_and_a_second_dispose_does_nothing()
    {
        var batch = _pool.Rent(new FrameLayout(4, 4), 2);
        batch.Add(0, new Pts(0, Tb));

        batch.Dispose();
        batch.Dispose();

        Should.Throw<ObjectDisposedException>(() => batch[0].Pixels);
        Should.Throw<ObjectDisposedException>(() => batch.Add(1, new Pts(1, Tb)));
        LeakCheck.NoneLeft(_pool);
    }

    [Fact]
    public void A_frame_kept_past_its_batch_looks_wrong_in_debug_builds()
    {
        var batch = _pool.Rent(new FrameLayout(4, 4), 1);
        batch.Add(0, new Pts(0, Tb)).Span.Clear();
        var kept = batch[0];

        batch.Dispose();

#if DEBUG
        kept.Luma[0].ShouldBe((byte)0xA5);
#endif
        kept.Index.ShouldBe(0);
    }

    [Fact]
    public void Compacting_keeps_order_stamps_and_pixels()
    {
        using var batch = _pool.Rent(new FrameLayout(2, 2), 6);
        for (var i = 0; i < 6; i++)
        {
            batch.Add(i, new Pts(i * 10, Tb)).Span.Fill((byte)i);
        }

        batch.Compact((in Frame frame) => frame.Index % 2 == 1);

        batch.Count.ShouldBe(3);
        Enumerable.Range(0, 3).Select(i => (batch[i].Index, batch[i].Pts.Value, (int)batch[i].Cr[0])).ShouldBe([(1, 10L, 1), (3, 30L, 3), (5, 50L, 5)]);
    }

    [Fact]
    public void A_full_batch_takes_no_more()
    {
        using var batch = _pool.Rent(new FrameLayout(2, 2), 1);
        batch.Add(0, new Pts(0, Tb));

        batch.IsFull.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => batch.Add(1, new Pts(1, Tb)));
    }

    [Fact]
    public void Planes_of_an_odd_picture_round_chroma_up()
    {
        using var batch = _pool.Rent(new FrameLayout(5, 3), 1);
        batch.Add(0, new Pts(0, Tb));

        (batch[0].Luma.Length, batch[0].Cb.Length, batch[0].Cr.Length).ShouldBe((15, 6, 6));
    }
}
