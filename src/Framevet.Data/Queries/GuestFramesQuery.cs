using Framevet.Data.Tables;
using Framevet.Pipeline.Sharing;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>What guests of a link see, as the verdicts stand now: nothing that a verdict does not allow, nothing that a gate lost.</summary>
public sealed class GuestFramesQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>One page of frames, picks first and best first, and the number of all.</summary>
    public async Task<Page<GuestFrame>> PageAsync(Share share, int skip, int take, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(share);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var shown = Shown(db, share);
            var total = await shown.CountAsync(ct).ConfigureAwait(false);
            var rows = await shown.OrderBy(f => f.Rank == null).ThenBy(f => f.Rank).ThenBy(f => f.Quality == null).ThenByDescending(f => f.Quality).ThenBy(f => f.Pts).Skip(skip).Take(take)
                .Select(f => new GuestFrame(f.Pts, f.Seconds, f.ThumbKey!)).ToListAsync(ct).ConfigureAwait(false);
            return new Page<GuestFrame>([.. rows], total);
        }
    }

    /// <summary>One frame, or null when guests must not see it.</summary>
    public async Task<GuestFrame?> OneAsync(Share share, long pts, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(share);
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await Shown(db, share).Where(f => f.Pts == pts).Select(f => new GuestFrame(f.Pts, f.Seconds, f.ThumbKey!)).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }

    // Both columns are asked, though either would do: nothing depends on one of them being wrong.
    private static IQueryable<FrameTable> Shown(FramevetDb db, Share share)
    {
        List<FrameState> states = share.Frames == SharedFrames.Picks ? [FrameState.Selected] : [FrameState.Selected, FrameState.Allowed];
        return db.Frames.AsNoTracking().Where(f => f.RunId == share.RunId && f.IsAllowed && states.Contains(f.State) && f.ThumbKey != null);
    }
}

/// <summary>A frame as a guest gets it: no score, no verdict, no other facts.</summary>
public sealed record GuestFrame(long Pts, double Seconds, string ThumbKey);
