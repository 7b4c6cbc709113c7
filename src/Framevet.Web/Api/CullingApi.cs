using System.Collections.Immutable;
using System.Security.Claims;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Pages.Gallery;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>Marks of frames, stacks of near duplicates, sets that differ, and filters with names.</summary>
internal static class CullingApi
{
    private const int MaxTake = 1000;
    private const int MaxOrders = 200;
    private const int MaxDistance = 32;
    private const int MaxSet = 500;

    public static void MapCulling(this RouteGroupBuilder api)
    {
        var run = api.MapGroup("/runs/{id}").WithTags("Culling").RequireAuthorization(Policies.SignedIn);
        run.MapGet("/marks", MarksAsync).RequireAuthorization(Scopes.RunsRead).WithName("ListMarks").WithSummary("Marks that changed after a revision, by rising revision");
        run.MapPost("/marks", MarkAsync).RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("MarkFrames").WithSummary("Mark frames, take marks back, do them again")
            .WithDescription("Orders are carried out one after the other. Each has a key of your own: an order with a key that you used before does nothing again, so repeat it as often as you like. "
                + "A step names frames by PTS, or a filter as it stands in the address of the gallery.");
        run.MapGet("/stacks", StacksAsync).RequireAuthorization(Scopes.RunsRead).WithName("ListStacks").WithSummary("Stacks of near duplicates, each with its best frame first");
        run.MapGet("/diverse", DiverseAsync).RequireAuthorization(Scopes.RunsRead).WithName("PickDiverse").WithSummary("So many allowed frames that are good and differ, each with the reason");

        var presets = api.MapGroup("/presets").WithTags("Culling").RequireAuthorization(Policies.SignedIn);
        presets.MapGet("", PresetsAsync).RequireAuthorization(Scopes.RunsRead).WithName("ListPresets").WithSummary("Your filters and those that others share");
        presets.MapPut("", SavePresetAsync).RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("SavePreset").WithSummary("Give a filter a name; your own of that name is replaced");
        presets.MapDelete("/{id:guid}", RemovePresetAsync).RequireAuthorization(Policies.Submit, Scopes.RunsWrite).WithName("RemovePreset").WithSummary("Remove a filter of yours").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<MarksBody> MarksAsync(string id, ClaimsPrincipal user, RunAccess access, MarkStore marks, CancellationToken ct, long after = 0, int take = 500)
    {
        var run = await access.RunAsync(id, user.ToActor(), ct);
        Paging.Check(0, take, MaxTake);
        var changed = await marks.ChangedAsync(run.Id, after, take, ct);
        return new MarksBody(changed, changed.IsEmpty ? after : changed[^1].Revision, changed.Length == take);
    }

    private static async Task<MarkAnswer> MarkAsync(string id, MarkRequest request, ClaimsPrincipal user, RunAccess access, MarkDesk desk, GalleryQuery gallery, CancellationToken ct)
    {
        var actor = user.ToActor();
        var run = await access.RunAsync(id, actor, ct);
        if (request.Orders.IsDefault || request.Orders.Length is 0 or > MaxOrders)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"1 to {MaxOrders} orders at once.");
        }

        // All are looked at before the first is carried out; a filter is asked when its turn comes, after the marks of those before.
        var orders = request.Orders.Select(o => new MarkOrder(o.Key, o.Kind, [.. (o.Steps ?? []).Select(s => new MarkStep(s.Frames is { IsDefault: false } named ? named : [], s.Set))], o.IfRevision).Checked()).ToList();
        var outcomes = ImmutableArray.CreateBuilder<MarkOutcome>(orders.Count);
        foreach (var (order, asked) in orders.Zip(request.Orders))
        {
            var steps = order.Steps.ToBuilder();
            for (var i = 0; i < steps.Count; i++)
            {
                if (asked.Steps!.Value[i] is { Frames: null, Filter: { } filter })
                {
                    steps[i] = steps[i] with { Frames = await gallery.OrderAsync(AskedFilter.Read(run.Id, filter, actor), ct) };
                }
            }

            outcomes.AddRange(await desk.DoAsync(run, [order with { Steps = steps.ToImmutable() }], actor, ct));
        }

        return new MarkAnswer(outcomes.ToImmutable());
    }

    private static async Task<PageBody<StackBody>> StacksAsync(string id, ClaimsPrincipal user, RunAccess access, GalleryQuery gallery, PartCatalog catalog, CancellationToken ct,
        string? filter = null, string score = "quality", int distance = GalleryView.UsualDistance, bool acrossScenes = false, int skip = 0, int take = 100)
    {
        var actor = user.ToActor();
        var run = await access.RunAsync(id, actor, ct);
        Paging.Check(skip, take, MaxTake);
        if (distance is < 0 or > MaxDistance)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The distance is 0 to {MaxDistance}.");
        }

        var higher = catalog.Metrics.FirstOrDefault(m => m.Id == score) is not { HigherIsBetter: false };
        var stacks = await gallery.StacksAsync(AskedFilter.Read(run.Id, filter, actor), score, higher, distance, acrossScenes, ct);
        return new PageBody<StackBody>([.. stacks.Skip(skip).Take(take).Select(s => new StackBody(s[0], s))], stacks.Length, skip, take);
    }

    private static async Task<DiverseSet> DiverseAsync(string id, ClaimsPrincipal user, RunAccess access, DiverseDesk desk, CancellationToken ct, string? filter = null, int count = 12, string score = "quality")
    {
        var actor = user.ToActor();
        var run = await access.RunAsync(id, actor, ct);
        return count is < 1 or > MaxSet
            ? throw new VettingException(FailureCode.InvalidRequest, $"count is 1 to {MaxSet}.")
            : await desk.PickAsync(AskedFilter.Read(run.Id, filter, actor), count, score, ct);
    }

    private static async Task<ImmutableArray<FilterPreset>> PresetsAsync(ClaimsPrincipal user, PresetStore presets, CancellationToken ct) => await presets.ListAsync(user.ToActor().Id, ct);

    private static async Task<PresetId> SavePresetAsync(PresetRequest request, ClaimsPrincipal user, PresetStore presets, CancellationToken ct) =>
        new(await presets.SaveAsync(request.Name, request.Query, request.IsShared, user.ToActor(), ct));

    private static async Task<IResult> RemovePresetAsync(Guid id, ClaimsPrincipal user, PresetStore presets, CancellationToken ct) =>
        await presets.RemoveAsync(id, user.ToActor(), ct) ? TypedResults.NoContent() : throw new VettingException(FailureCode.NotFound, "There is no such preset of yours.");
}

/// <summary>Orders to carry out.</summary>
public sealed record MarkRequest(ImmutableArray<MarkOrderRequest> Orders);

/// <summary>One order; see <see cref="MarkOrder"/>. <paramref name="Steps"/> of an undo or redo are left out.</summary>
public sealed record MarkOrderRequest(string Key, MarkOrderKind Kind = MarkOrderKind.Set, ImmutableArray<MarkStepRequest>? Steps = null, long? IfRevision = null);

/// <summary>What is set on frames, named by PTS or by a filter as it stands in the gallery's address.</summary>
public sealed record MarkStepRequest(MarkSet Set, ImmutableArray<long>? Frames = null, string? Filter = null);

/// <summary>What came of the orders.</summary>
public sealed record MarkAnswer(ImmutableArray<MarkOutcome> Outcomes);

/// <summary>Marks by rising revision; ask again with <paramref name="Revision"/> when <paramref name="HasMore"/>.</summary>
public sealed record MarksBody(ImmutableArray<FrameMark> Marks, long Revision, bool HasMore);

/// <summary>A stack of near duplicates by PTS, the best first, the others by time.</summary>
public sealed record StackBody(long Best, ImmutableArray<long> Frames);

/// <summary>A filter to keep.</summary>
public sealed record PresetRequest(string Name, string Query, bool IsShared = false);

/// <summary>The id of a preset.</summary>
public sealed record PresetId(Guid Id);
