namespace Framevet.Pipeline.Frames;

/// <summary>An own copy of one frame's pixels, for parts that look back. The buffer is reused by <see cref="Take"/>, so a part that keeps one best frame allocates once.</summary>
public sealed class FrameCopy
{
    private byte[] _pixels = [];
    private Frame _frame;

    /// <summary>Whether there is a frame.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>The frame; valid until the next <see cref="Take"/> or <see cref="Clear"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Frame Frame => IsEmpty ? throw new InvalidOperationException("No frame is held.") : _frame;

    /// <summary>Copies the frame over the one held before.</summary>
    public void Take(in Frame frame)
    {
        var (size, total) = (frame.Pixels.Length, frame.Pixels.Length + frame.Mask.Length);
        if (_pixels.Length < total)
        {
            _pixels = new byte[total];
        }

        frame.Pixels.Span.CopyTo(_pixels);
        frame.Mask.Span.CopyTo(_pixels.AsSpan(size));
        _frame = frame with { Pixels = _pixels.AsMemory(0, size), Mask = _pixels.AsMemory(size, frame.Mask.Length) };
        IsEmpty = false;
    }

    /// <summary>Lets the frame go, keeps the buffer.</summary>
    public void Clear() => IsEmpty = true;
}
