using System.ComponentModel.DataAnnotations;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Sampling;

/// <summary>
/// Frames that are new as a whole and in nearly all their parts: a frame is cut into cells, and it is dropped when too many of them have the perceptual hash of a cell,
/// wherever it was, of one of the last kept frames. A frame with a known look as a whole keeps that look fresh and is dropped. The tolerance is for whole frames: cells of 16
/// bits are too alike by chance for it. As video-sampler, a cell belongs to the last frame that had it and is forgotten with that one, even when an older frame that
/// has it is still held; else a cell is known as long as any held frame has it.
/// </summary>
[Part("grid-buffer", "New looks in parts", "Scores a frame when it looks new in nearly all parts of a grid.")]
public sealed class GridBufferSampler(GridBufferSamplerOptions options) : ISampler
{
    private readonly LookHash _hash = new(options.HashSize);
    private readonly LookWindow _looks = new(options.Size, options.BitTolerance(options.HashSize * options.HashSize));
    private readonly Dictionary<ulong, List<ulong>> _owners = [];
    private readonly ulong[] _cells = new ulong[options.Columns * options.Rows];

    /// <inheritdoc/>
    public bool Remembers => true;

    /// <inheritdoc/>
    public DecodePlan Plan(MediaInfo media) => options.PlanFor(media);

    /// <inheritdoc/>
    public bool KeepsAll => false;

    /// <inheritdoc/>
    public bool Keep(in Frame frame)
    {
        var look = _hash.Perceptual(in frame);
        if (_looks.Renew(look) || CountKnown(in frame) >= options.MaxHits)
        {
            return false;
        }

        foreach (var cell in _cells)
        {
            Own(cell, look);
        }

        if (_looks.Add(look) is { } forgotten)
        {
            Disown(forgotten);
        }

        return true;
    }

    private int CountKnown(in Frame frame)
    {
        var (width, height) = ((double)frame.Layout.Width / options.Columns, (double)frame.Layout.Height / options.Rows);
        var (known, i) = (0, 0);
        for (var x = 0; x < options.Columns; x++)
        {
            for (var y = 0; y < options.Rows; y++)
            {
                // Edges rounded to even, as Python does. Frames with fewer pixels than cells share pixels.
                var (left, top) = (Edge(x * width, frame.Layout.Width), Edge(y * height, frame.Layout.Height));
                var (right, bottom) = ((int)Math.Round((x + 1) * width), (int)Math.Round((y + 1) * height));
                var cell = _hash.Perceptual(in frame, new PlaneBox(left, top, Math.Max(1, right - left), Math.Max(1, bottom - top)));
                known += _owners.ContainsKey(cell) ? 1 : 0;
                _cells[i++] = cell;
            }
        }

        return known;
    }

    private static int Edge(double at, int length) => Math.Min((int)Math.Round(at), length - 1);

    private void Own(ulong cell, ulong look)
    {
        if (!_owners.TryGetValue(cell, out var owners))
        {
            _owners[cell] = owners = [];
        }

        if (options.Compatible)
        {
            owners.Clear();
        }

        if (!owners.Contains(look))
        {
            owners.Add(look);
        }
    }

    private void Disown(ulong look)
    {
        foreach (var (cell, owners) in _owners)
        {
            if (owners.Remove(look) && owners.Count == 0)
            {
                _owners.Remove(cell);
            }
        }
    }
}

/// <summary>Options of <see cref="GridBufferSampler"/>.</summary>
public sealed record GridBufferSamplerOptions : BufferOptions
{
    /// <summary>Options with a coarse hash, which suits cells.</summary>
    public GridBufferSamplerOptions() => HashSize = 4;

    /// <summary>Columns of the grid.</summary>
    [Display(Name = "Columns", Description = "Cells of the grid from left to right.")]
    [Range(1, 16)]
    public int Columns { get; init; } = 4;

    /// <summary>Rows of the grid.</summary>
    [Display(Name = "Rows", Description = "Cells of the grid from top to bottom.")]
    [Range(1, 16)]
    public int Rows { get; init; } = 4;

    /// <summary>Known cells from which on a frame is dropped.</summary>
    [Display(Name = "Known cells", Description = "A frame is dropped when so many of its cells are known: 1 lets no cell repeat.")]
    [Range(1, 256)]
    public int MaxHits { get; init; } = 2;
}
