using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sharing;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Api;

/// <summary>Turns what people choose into the frames of an export. Thread-safe.</summary>
public sealed class ExportChooser(FramesQuery frames, IFrameRatings ratings, ShareDesk shares, IOptions<RunOptions> options)
{
    /// <summary>The frames, in order of rank; null = the run's picks.</summary>
    /// <exception cref="VettingException">InvalidRequest (too many frames; nothing matches), NotFound (a share of another run), Conflict (no frames yet).</exception>
    public async Task<ImmutableArray<Pts>?> ChooseAsync(Run run, ExportWhat? what, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (what is null || what == new ExportWhat())
        {
            return null;
        }

        if (run.Media is null)
        {
            throw new VettingException(FailureCode.Conflict, "The run has no frames yet.");
        }

        // The best first, unless the caller says otherwise: the order becomes the rank in names and tables.
        var filter = new FramesFilter(run.Id, what.States, what.Scores, what.Sort ?? "quality", what.Descending ?? what.Sort is null, what.Scene, what.Person);
        var max = options.Value.MaxExportFrames;
        var found = await frames.PtsAsync(filter, what.Share is null && what is { Marked: null, Stars: null } ? max + 1 : int.MaxValue, ct);
        if (what is { Marked: not null } or { Stars: not null })
        {
            var words = (await ratings.OfAsync(run.Id, ct)).ToDictionary(r => r.Key.Value, r => r.Value);
            found = [.. found.Where(p => words.TryGetValue(p, out var word) && (what.Marked is null || word.Mark == what.Marked) && (what.Stars is null || word.Stars >= what.Stars))];
        }

        if (what.Share is { } share)
        {
            var chosen = await shares.ListAsync(run.Id, actor, ct);
            if (chosen.All(s => s.Id != share))
            {
                throw new VettingException(FailureCode.NotFound, "There is no such link.");
            }

            var picks = (await shares.PicksAsync(share, actor, ct)).Select(p => p.Pts).ToList();
            var standing = found.ToHashSet();
            found = [.. picks.Where(standing.Contains)];
        }

        return found.IsEmpty ? throw new VettingException(FailureCode.InvalidRequest, $"{run.SourceName}: no frame matches, so there is nothing to export.")
            : found.Length > max ? throw new VettingException(FailureCode.InvalidRequest, $"{run.SourceName}: more than the {max} frames match that one export may have; narrow the choice.")
            : [.. found.Select(p => new Pts(p, run.Media.TimeBase))];
    }
}

/// <summary>
/// Which frames, all conditions together; nothing = the run's picks. <paramref name="Marked"/>: true = picked by curators, false = rejected; <paramref name="Stars"/>: at least so many;
/// <paramref name="Share"/>: picked by guests of this link. Sort as in lists of frames; null = the best first.
/// </summary>
public sealed record ExportWhat(ImmutableArray<FrameState>? States = null, ImmutableSortedDictionary<string, ScoreBounds>? Scores = null, int? Scene = null, int? Person = null,
    bool? Marked = null, int? Stars = null, Guid? Share = null, string? Sort = null, bool? Descending = null);
