using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;

namespace Framevet.Data.Queries;

/// <summary>The two facts that a picture request needs; a gallery asks for hundreds of them.</summary>
public sealed class FrameLookQuery(IDbContextFactory<FramevetDb> contexts)
{
    /// <summary>Where the thumbnail is and whether a verdict allows it to be seen; null when there is no such frame.</summary>
    public async Task<FrameLook?> GetAsync(RunId run, long pts, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            return await db.Frames.Where(f => f.RunId == run && f.Pts == pts).Select(f => new FrameLook(f.ThumbKey, f.IsAllowed)).SingleOrDefaultAsync(ct).ConfigureAwait(false);
        }
    }
}

/// <summary>What may be shown of a frame.</summary>
public sealed record FrameLook(string? ThumbKey, bool IsAllowed);
