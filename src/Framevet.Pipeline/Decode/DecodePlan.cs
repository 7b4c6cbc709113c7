namespace Framevet.Pipeline.Decode;

/// <summary>What the decoder is asked to deliver. A closed set.</summary>
public abstract record DecodePlan
{
    private DecodePlan()
    {
    }

    /// <summary>Every frame.</summary>
    public sealed record EveryFrame : DecodePlan;

    /// <summary>Keyframes only, by the decoder's own skip; of those only the first in each cell of the grid when <paramref name="MinGap"/> is given.</summary>
    public sealed record Keyframes(TimeSpan? MinGap) : DecodePlan;

    /// <summary>
    /// The first frame in each cell of a grid of <paramref name="Step"/> that starts at the first frame: frame f is kept when
    /// floor((t(f) - t0) / step) differs from that of the frame before. Stateless, so a resumed or split run keeps the same frames.
    /// </summary>
    public sealed record Interval(TimeSpan Step) : DecodePlan;
}
