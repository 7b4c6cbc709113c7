using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Motion as PyFrame measures it: the sum of absolute differences of 64x64 gray pictures (aspect ratio ignored) to the decoded frame before, 0..1 044 480; 0 for the first
/// frame. The small pictures are area averages.
/// </summary>
internal sealed class FrameMotion
{
    private const int Side = 64;

    private float[] _current = new float[Side * Side];
    private float[] _before = new float[Side * Side];
    private bool _hasBefore;

    /// <summary>Motion of the next frame.</summary>
    public double Next(in Frame frame)
    {
        AreaScaler.Scale(frame.Luma, frame.Layout.Width, frame.Layout.Height, _current, Side, Side);
        double sum = 0;
        if (_hasBefore)
        {
            for (var i = 0; i < _current.Length; i++)
            {
                sum += Math.Abs(_current[i] - _before[i]);
            }
        }

        _hasBefore = true;
        (_before, _current) = (_current, _before);
        return sum;
    }
}
