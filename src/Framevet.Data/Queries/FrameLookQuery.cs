using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
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

    /// <summary>The same for many frames at once, by PTS; frames that are not there are left out.</summary>
    public async Task<ImmutableDictionary<long, FrameLook>> ManyAsync(RunId run, long[] stamps, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var rows = await db.Frames.Where(f => f.RunId == run && EF.Parameter(stamps).Contains(f.Pts)).Select(f => new { f.Pts, f.ThumbKey, f.IsAllowed }).ToListAsync(ct).ConfigureAwait(false);
            return rows.ToImmutableDictionary(r => r.Pts, r => new FrameLook(r.ThumbKey, r.IsAllowed));
        }
    }

    /// <summary>The same with what models found in the frame; null when there is no such frame.</summary>
    public async Task<FoundLook?> FoundAsync(RunId run, long pts, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct).ConfigureAwait(false);
        await using (db.ConfigureAwait(false))
        {
            var row = await db.Frames.Where(f => f.RunId == run && f.Pts == pts).Select(f => new { f.ThumbKey, f.IsAllowed, f.Detections }).SingleOrDefaultAsync(ct).ConfigureAwait(false);
            return row is null ? null : new FoundLook(new FrameLook(row.ThumbKey, row.IsAllowed), row.Detections is null ? null : RowJson.Read<FrameDetections>(row.Detections));
        }
    }
}

/// <summary>What may be shown of a frame, and what models found in it; null when nobody looked.</summary>
public sealed record FoundLook(FrameLook Look, FrameDetections? Found);

/// <summary>What may be shown of a frame.</summary>
public sealed record FrameLook(string? ThumbKey, bool IsAllowed);
