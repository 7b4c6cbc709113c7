namespace Framevet.Pipeline.Frames;

/// <summary>
/// Presentation time stamp: the identity of a frame within one media file. Ordered by the exact
/// cross product, so stamps of different time bases compare without rounding.
/// </summary>
public readonly record struct Pts(long Value, TimeBase TimeBase) : IComparable<Pts>
{
    /// <summary>Seconds on the media's own clock; for display and rough sums only.</summary>
    public double Seconds => Value * (double)TimeBase.Num / TimeBase.Den;

    /// <summary>The same as a <see cref="TimeSpan"/>; for display only.</summary>
    public TimeSpan Time => TimeSpan.FromTicks((long)((Int128)Value * TimeBase.Num * TimeSpan.TicksPerSecond / TimeBase.Den));

    /// <inheritdoc/>
    public int CompareTo(Pts other) => TimeBase == other.TimeBase && TimeBase is { Num: > 0, Den: > 0 }
        ? Value.CompareTo(other.Value)
        : ((Int128)Value * TimeBase.Num * other.TimeBase.Den).CompareTo((Int128)other.Value * other.TimeBase.Num * TimeBase.Den);

    public static bool operator <(Pts a, Pts b) => a.CompareTo(b) < 0;
    public static bool operator >(Pts a, Pts b) => a.CompareTo(b) > 0;
    public static bool operator <=(Pts a, Pts b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Pts a, Pts b) => a.CompareTo(b) >= 0;
}
