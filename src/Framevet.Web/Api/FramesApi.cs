using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Frames of a run.</summary>
internal static class FramesApi
{
    private const int MaxTake = 500;

    public static void MapFrames(this RouteGroupBuilder api)
    {
        var frames = api.MapGroup("/runs/{id}/frames").WithTags("Frames").RequireAuthorization(Policies.SignedIn, Scopes.RunsRead);
        frames.MapGet("", ListAsync).WithName("ListFrames").WithSummary("Frames of a run by score range, state, scene and person, sorted and paged")
            .WithDescription("Scores: repeat `score=id:min..max`, either end may be empty. Sort: `pts`, `rank` or a score id, `-` in front for descending. "
                + "Scene: a number of the run's scene list. Person: a number of the run's people. `filter` is a filter as it stands in the address of the gallery, with marks, losses, tags and NOT; it replaces the others. With `after` (a revision) only frames changed since then, by rising revision.");
        frames.MapGet("/{pts:long}", GetAsync).WithName("GetFrame").WithSummary("One frame with scores, losses and verdict");
    }

    private static async Task<PageBody<FrameItem>> ListAsync(string id, ClaimsPrincipal user, RunAccess access, FramesQuery query, GalleryQuery gallery, CancellationToken ct,
        string? filter = null, string[]? state = null, string[]? score = null, string sort = "pts", int? scene = null, int? person = null, long? after = null, int skip = 0, int take = 100)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        Paging.Check(skip, take, MaxTake);
        if (after is { } revision)
        {
            var changed = await query.ChangedAsync(run.Id, revision, take, ct);
            return new PageBody<FrameItem>([.. changed.Select(FrameItem.From)], changed.Length, 0, take);
        }

        if (filter is not null)
        {
            return await FilteredAsync(AskedFilter.Read(run.Id, filter, user.ToActor()), gallery, skip, take, ct);
        }

        var descending = sort.StartsWith('-');
        var plain = new FramesFilter(run.Id, QueryWords.Read<FrameState>(state), Bounds(score), sort.TrimStart('-'), descending, scene, person);
        var page = await query.PageAsync(plain, skip, take, ct);
        return new PageBody<FrameItem>([.. page.Rows.Select(FrameItem.From)], page.Total, skip, take);
    }

    private static async Task<PageBody<FrameItem>> FilteredAsync(FramesFilter filter, GalleryQuery gallery, int skip, int take, CancellationToken ct)
    {
        var order = await gallery.OrderAsync(filter, ct);
        ImmutableArray<long> page = [.. order.Skip(skip).Take(take)];
        var rows = await gallery.RowsAsync(filter.Run, page, ct);
        return new PageBody<FrameItem>([.. page.Where(rows.ContainsKey).Select(pts => FrameItem.From(rows[pts].Row))], order.Length, skip, take);
    }

    private static async Task<FrameBody> GetAsync(string id, long pts, ClaimsPrincipal user, RunAccess access, FramesQuery query, CancellationToken ct)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        var details = await query.GetAsync(run.Id, pts, ct)
            ?? throw new VettingException(FailureCode.NotFound, "The run has no such frame.");
        return FrameBody.From(details, user.ToActor());
    }

    /// <summary>Reads <c>sharpness:10..200</c>, <c>quality:0.5..</c>.</summary>
    internal static ImmutableSortedDictionary<string, ScoreBounds>? Bounds(string[]? scores)
    {
        if (scores is not { Length: > 0 })
        {
            return null;
        }

        var bounds = ImmutableSortedDictionary.CreateBuilder<string, ScoreBounds>(StringComparer.Ordinal);
        foreach (var text in scores)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            var ends = colon < 1 ? [] : text[(colon + 1)..].Split("..");
            if (ends.Length != 2 || !TryEnd(ends[0], out var min) || !TryEnd(ends[1], out var max))
            {
                throw new VettingException(FailureCode.InvalidRequest, $"The score range '{text}' does not read like id:min..max.");
            }

            bounds[text[..colon]] = new ScoreBounds(min, max);
        }

        return bounds.ToImmutable();
    }

    private static bool TryEnd(string text, out double? end)
    {
        end = null;
        if (text.Length == 0)
        {
            return true;
        }

        var ok = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        end = value;
        return ok;
    }
}
