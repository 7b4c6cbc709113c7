using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Decode.Library;

/// <summary>Rows of a view that are being written: all of a frame, or a window that moves down over it where nobody keeps the pixels.</summary>
internal ref struct ViewRows
{
    private readonly FrameLayout _layout;
    private readonly int _capacity;

    private ViewRows(FrameLayout layout, Span<byte> memory, int capacity)
    {
        var chroma = layout.ChromaWidth * (capacity / 2);
        (_layout, _capacity) = (layout, capacity);
        Y = memory[..(layout.Width * Math.Min(capacity, layout.Height))];
        Cb = memory.Slice(Y.Length, chroma);
        Cr = memory.Slice(Y.Length + chroma, chroma);
    }

    /// <summary>Luma rows from <see cref="First"/> on.</summary>
    public Span<byte> Y { get; }

    /// <summary>Cb rows from half of <see cref="First"/> on.</summary>
    public Span<byte> Cb { get; }

    /// <summary>Cr rows from half of <see cref="First"/> on.</summary>
    public Span<byte> Cr { get; }

    /// <summary>Luma row at which the planes begin; even.</summary>
    public int First { get; private set; }

    /// <summary>A whole frame.</summary>
    public static ViewRows Whole(FrameLayout layout, Span<byte> frame) => new(layout, frame[..layout.FrameBytes], 2 * layout.ChromaHeight);

    /// <summary>A window of <paramref name="rows"/> luma rows, an even number; <paramref name="memory"/> is made where it is missing.</summary>
    public static ViewRows Window(FrameLayout layout, int rows, ref byte[]? memory)
    {
        var capacity = Math.Min(rows, 2 * layout.ChromaHeight);
        memory ??= new byte[(layout.Width * capacity) + (2 * layout.ChromaWidth * (capacity / 2))];
        return new ViewRows(layout, memory, capacity);
    }

    /// <summary>Makes room for rows up to <paramref name="end"/>; those above <paramref name="oldest"/> are no longer needed.</summary>
    public void Reach(int end, int oldest)
    {
        if (end <= First + _capacity)
        {
            return;
        }

        var from = (oldest & ~1) - First;
        Y[(from * _layout.Width)..].CopyTo(Y);
        Cb[(from / 2 * _layout.ChromaWidth)..].CopyTo(Cb);
        Cr[(from / 2 * _layout.ChromaWidth)..].CopyTo(Cr);
        First += from;
    }

    /// <summary>One luma row.</summary>
    public readonly Span<byte> Luma(int y) => Y.Slice((y - First) * _layout.Width, _layout.Width);

    /// <summary>One row of Cb.</summary>
    public readonly Span<byte> Blue(int row) => Cb.Slice((row - (First / 2)) * _layout.ChromaWidth, _layout.ChromaWidth);

    /// <summary>One row of Cr.</summary>
    public readonly Span<byte> Red(int row) => Cr.Slice((row - (First / 2)) * _layout.ChromaWidth, _layout.ChromaWidth);
}
