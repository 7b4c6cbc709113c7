using Framevet.Pipeline.Frames;

namespace Framevet.TestKit;

/// <summary>A gray picture, row-major.</summary>
public sealed record Picture(int Width, int Height, byte[] Pixels)
{
    /// <summary>The level at a place; places beyond the edge repeat the edge.</summary>
    public int this[int x, int y] => Pixels[(Math.Clamp(y, 0, Height - 1) * Width) + Math.Clamp(x, 0, Width - 1)];

    /// <summary>A batch with this and further pictures of the same size, one a second, colourless. The caller owns it.</summary>
    public FrameBatch ToBatch(FramePool pool, params Picture[] more) => Batch(pool, [this, .. more]);

    /// <summary>A batch of pictures of one size, one a second, colourless. The caller owns it.</summary>
    public static FrameBatch Batch(FramePool pool, params IReadOnlyList<Picture> pictures)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(pictures);
        var layout = new FrameLayout(pictures[0].Width, pictures[0].Height);
        var batch = pool.Rent(layout, pictures.Count);
        for (var i = 0; i < pictures.Count; i++)
        {
            var planes = batch.Add(i, new Pts(i, new TimeBase(1, 1))).Span;
            pictures[i].Pixels.CopyTo(planes);
            planes[layout.LumaBytes..].Fill(128);
        }

        return batch;
    }
}
