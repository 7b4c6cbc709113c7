using System.Collections.Immutable;
using Framevet.Data.Queries;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>The flagged frames of an item with their neighbours, by rising PTS, and which one is shown.</summary>
public sealed record ReviewStrip(ImmutableArray<StripFrame> Frames, int Index)
{
    /// <summary>Nothing to show.</summary>
    public static ReviewStrip Empty { get; } = new([], 0);

    /// <summary>The frame that is shown, or null.</summary>
    public StripFrame? Current => Index < Frames.Length ? Frames[Index] : null;

    /// <summary>All frames of an item, at its first flagged one.</summary>
    public static ReviewStrip Of(ReviewDetails item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ImmutableArray<StripFrame> frames =
        [
            .. item.Frames.Select(f => new StripFrame(f.Row.Pts, f.Row.Seconds, f)).Concat(item.Neighbours.Select(n => new StripFrame(n.Pts, n.Seconds, null))).OrderBy(f => f.Pts),
        ];
        return new ReviewStrip(frames, 0) is { Current.Flagged: null } first ? first.Step(1) : new ReviewStrip(frames, 0);
    }

    /// <summary>At a frame; stays where it is when there is none.</summary>
    public ReviewStrip At(int index) => index >= 0 && index < Frames.Length ? this with { Index = index } : this;

    /// <summary>At the next (1) or previous (-1) flagged frame; stays where it is at the end.</summary>
    public ReviewStrip Step(int by)
    {
        for (var i = Index + by; i >= 0 && i < Frames.Length; i += by)
        {
            if (Frames[i].Flagged is not null)
            {
                return this with { Index = i };
            }
        }

        return this;
    }
}

/// <summary>A frame on the strip: flagged with everything known about it, or a neighbour for context.</summary>
public sealed record StripFrame(long Pts, double Seconds, FrameDetails? Flagged);
