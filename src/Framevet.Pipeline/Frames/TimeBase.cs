namespace Framevet.Pipeline.Frames;

/// <summary>Seconds per PTS unit as an exact fraction, e.g. 1/30000.</summary>
public readonly record struct TimeBase(int Num, int Den)
{
    /// <summary>Length of one unit in seconds; for display and rough sums only.</summary>
    public double Seconds => (double)Num / Den;

    /// <inheritdoc/>
    public override string ToString() => $"{Num}/{Den}";
}
