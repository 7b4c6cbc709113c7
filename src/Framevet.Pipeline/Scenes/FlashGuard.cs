using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Scenes;

/// <summary>
/// Takes the cuts back that a photographer's flash makes: where the picture soon looks again as it did before the change, no scene began. A cut is certain when the frames in which a
/// flash could end have been seen. Allocates nothing once it holds its few looks.
/// </summary>
internal sealed class FlashGuard
{
    /// <summary>Frames after a cut that are seen before it is certain.</summary>
    internal const int Lag = 5;

    // A flash lights one or two frames; a frame later than this belongs to something else.
    private const double MaxSeconds = 0.25;

    // How much nearer to the look before than the changed frame a later one must be.
    private const double Nearer = 3;

    // Places a side of what is compared: light and colours of a few large areas, which come back where details have moved.
    private const int Side = 12;
    private const int Places = Side * Side;

    // The frame before a cut that was announced some frames late, to the last one that may end a flash.
    private const int Kept = Lag + 5;

    private readonly (Pts Pts, float[] Look)[] _looks = [.. Enumerable.Range(0, Kept).Select(_ => (default(Pts), new float[LookSize]))];
    private readonly Queue<(FrameStamp Cut, long Number)> _open = new();
    private long _seen;

    /// <summary>Numbers of a look.</summary>
    internal const int LookSize = 3 * Places;

    /// <summary>Takes the look of a frame.</summary>
    public static void Take(in Frame frame, Span<float> look)
    {
        AreaScaler.Scale(frame.Luma, frame.Layout.Width, frame.Layout.Height, look[..Places], Side, Side);
        AreaScaler.Scale(frame.Cb, frame.Layout.ChromaWidth, frame.Layout.ChromaHeight, look.Slice(Places, Places), Side, Side);
        AreaScaler.Scale(frame.Cr, frame.Layout.ChromaWidth, frame.Layout.ChromaHeight, look.Slice(2 * Places, Places), Side, Side);
    }

    /// <summary>
    /// Sees the next frame, after which <paramref name="found"/> are the cuts that a detector found; hands on those that are certain now and clears the list. The look may be empty where no cut is near.
    /// </summary>
    public void Look(in SceneSight sight, List<FrameStamp> found, ICollection<FrameStamp> certain)
    {
        ref var slot = ref _looks[_seen % Kept];
        slot.Pts = sight.Stamp.Pts;
        sight.Look.Span.CopyTo(slot.Look);
        _seen++;
        Open(found);
        while (_open.TryPeek(out var oldest) && IsRipe(oldest.Number))
        {
            Decide(certain);
        }
    }

    /// <summary>After the last frame, after which <paramref name="found"/> are the last cuts of the detector.</summary>
    public void Complete(List<FrameStamp> found, ICollection<FrameStamp> certain)
    {
        Open(found);
        while (_open.Count > 0)
        {
            Decide(certain);
        }
    }

    private void Open(List<FrameStamp> found)
    {
        foreach (var cut in found)
        {
            for (var number = _seen - 1; number >= Math.Max(0, _seen - Kept); number--)
            {
                if (_looks[number % Kept].Pts == cut.Pts)
                {
                    _open.Enqueue((cut, number));
                    break;
                }
            }
        }

        found.Clear();
    }

    private bool IsRipe(long cut) => _seen - 1 >= cut + Lag || !IsNear(cut, _seen - 1);

    private bool IsNear(long cut, long number) => _looks[number % Kept].Pts.Seconds - _looks[cut % Kept].Pts.Seconds <= MaxSeconds;

    private void Decide(ICollection<FrameStamp> certain)
    {
        var (cut, number) = _open.Dequeue();
        var change = number == 0 ? 0 : Difference(number - 1, number);
        for (var later = number + 1; later < _seen && later <= number + Lag && IsNear(number, later); later++)
        {
            if (number > 0 && Difference(number - 1, later) * Nearer < change)
            {
                return;
            }
        }

        certain.Add(cut);
    }

    private double Difference(long a, long b)
    {
        var (x, y) = (_looks[a % Kept].Look, _looks[b % Kept].Look);
        double sum = 0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += Math.Abs(x[i] - y[i]);
        }

        return sum;
    }
}
