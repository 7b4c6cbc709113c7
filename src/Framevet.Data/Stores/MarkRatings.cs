using System.Collections.Immutable;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Stores;

/// <summary>Marks of curators as exports write them. Thread-safe.</summary>
public sealed class MarkRatings : IFrameRatings
{
    // The names that XMP readers give their labels, in the order of the keys 6 to 9.
    private static readonly string[] Colours = ["Red", "Yellow", "Green", "Blue"];

    private readonly IDbContextFactory<FramevetDb> _contexts;

    internal MarkRatings(IDbContextFactory<FramevetDb> contexts) => _contexts = contexts;

    /// <inheritdoc/>
    public async Task<ImmutableDictionary<Pts, FrameRating>> OfAsync(RunId run, CancellationToken ct)
    {
        var db = await _contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var marks = await (from mark in db.FrameMarks.AsNoTracking()
                               join frame in db.Frames.AsNoTracking() on new { mark.RunId, mark.Pts } equals new { frame.RunId, frame.Pts }
                               where mark.RunId == run
                               select new { Mark = mark, frame.TimeBaseNum, frame.TimeBaseDen }).ToListAsync(ct).ConfigureAwait(false);
            return marks.ToImmutableDictionary(m => new Pts(m.Mark.Pts, new TimeBase(m.TimeBaseNum, m.TimeBaseDen)), m => RatingOf(m.Mark.ToMark()));
        }
    }

    private static FrameRating RatingOf(FrameMark mark) => new(
        mark.Stars > 0 ? mark.Stars : null,
        mark.Flag switch { MarkFlag.Pick => true, MarkFlag.Reject => false, _ => null },
        mark.Colour > 0 ? Colours[mark.Colour - 1] : null)
    {
        Tags = mark.Tags,
    };
}
