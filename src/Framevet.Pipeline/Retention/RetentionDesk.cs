using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Retention;

/// <summary>What the rules remove, now or on trial, and what people protect from them. A legal hold beats everything. Every removal is audited. Thread-safe.</summary>
public sealed class RetentionDesk(IRetentionStore store, IRunStore runs, IBlobStore blobs, UploadDesk uploads, ISettingsStore settings, IAuditTrail audit, IRunEvents events, UpkeepGate gate, TimeProvider time)
{
    private const string StillsFolder = "frames";
    private const string ExportsFolder = "exports";

    /// <summary>What <see cref="SweepAsync"/> would remove at this moment. <paramref name="rules"/>: on trial; null = those in force.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public async Task<ImmutableArray<RetentionPlan>> PlanAsync(RetentionRules? rules, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Administer, "look at retention");
        return await PlanAsync(rules ?? await RulesAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    /// <summary>Removes what the rules in force remove; what was removed.</summary>
    public async Task<ImmutableArray<RetentionLoss>> SweepAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var removed = ImmutableArray.CreateBuilder<RetentionLoss>();
        foreach (var loss in (await PlanAsync(await RulesAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false)).SelectMany(p => p.Losses))
        {
            if (await gate.AloneAsync(() => RemoveAsync(loss, actor, ct), ct).ConfigureAwait(false))
            {
                removed.Add(loss);
            }
        }

        return removed.ToImmutable();
    }

    /// <summary>Keeps everything of a run, or no longer.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task KeepAsync(RunId id, bool isKept, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var run = actor.MustSteer(await runs.GetAsync(id, ct).ConfigureAwait(false), id, "keep");
        await FlagAsync(run, run.Upkeep with { IsKept = isKept }, isKept ? "run.keep" : "run.unkeep", actor, ct).ConfigureAwait(false);
    }

    /// <summary>Puts a legal hold on a run, or lifts it.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, InvalidRequest (no or a too long note).</exception>
    public async Task HoldAsync(RunId id, bool isHeld, string? note, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Administer, "put a legal hold on runs");
        if (isHeld && string.IsNullOrWhiteSpace(note) || note?.Length > 500)
        {
            throw new VettingException(FailureCode.InvalidRequest, "A legal hold needs a note of at most 500 characters that says why.");
        }

        var run = actor.MustSee(await runs.GetAsync(id, ct).ConfigureAwait(false), id);
        await FlagAsync(run, run.Upkeep with { IsHeld = isHeld, HoldNote = isHeld ? note!.Trim() : null }, isHeld ? "run.hold" : "run.unhold", actor, ct).ConfigureAwait(false);
    }

    private async Task FlagAsync(Run run, RunUpkeep after, string action, Actor actor, CancellationToken ct)
    {
        if (after == run.Upkeep)
        {
            return;
        }

        var revision = await gate.AloneAsync(() => store.SetFlagsAsync(run.Id, after.IsKept, after.IsHeld, after.HoldNote, ct), ct).ConfigureAwait(false);
        await audit.AppendAsync(actor, action, run.Id.ToString(), Json(new { run.Upkeep.IsKept, run.Upkeep.IsHeld, run.Upkeep.HoldNote }), Json(new { after.IsKept, after.IsHeld, after.HoldNote }), CancellationToken.None).ConfigureAwait(false);
        events.Publish(new RunStateChanged(run.Id, revision, time.GetUtcNow(), run.State, run.Reason));
    }

    private async Task<RetentionRules> RulesAsync(CancellationToken ct) => (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Retention;

    private async Task<ImmutableArray<RetentionPlan>> PlanAsync(RetentionRules rules, CancellationToken ct)
    {
        var plans = ImmutableArray.CreateBuilder<RetentionPlan>();
        foreach (var kind in Enum.GetValues<RetentionKind>())
        {
            var limit = rules.Of(kind);
            var items = await ItemsAsync(kind, ct).ConfigureAwait(false);

            // Sizes of files cost a look at each: only where they decide, or for what goes.
            items = limit.MaxMegabytes is null ? items : await MeasureAsync(items, ct).ConfigureAwait(false);
            var losses = limit.IsNone() ? [] : RetentionChoice.Of(items, limit, time.GetUtcNow());
            var measured = await MeasureAsync([.. losses.Select(l => l.Item)], ct).ConfigureAwait(false);
            losses = [.. losses.Zip(measured, (loss, item) => loss with { Item = item })];
            plans.Add(new RetentionPlan(kind, limit, items.Length, items.Count(i => i.IsProtected), losses, measured.Sum(i => i.Bytes ?? 0)));
        }

        return plans.ToImmutable();
    }

    private async Task<ImmutableArray<RetentionItem>> ItemsAsync(RetentionKind kind, CancellationToken ct)
    {
        switch (kind)
        {
            case RetentionKind.PartialUploads:
                return await uploads.UnfinishedAsync(ct).ConfigureAwait(false);
            case RetentionKind.Stills:
                var known = await store.RunsAsync(ct).ConfigureAwait(false);
                return [.. (await blobs.FoldersAsync(StillsFolder, ct).ConfigureAwait(false)).Where(f => RunId.TryParse(f, out _))
                    .Select(f => RunId.TryParse(f, out var id) && known.TryGetValue(id, out var run) ? run with { Kind = kind } : new RetentionItem(kind, f, DateTimeOffset.MinValue, null, false))];
            default:
                return await store.ItemsAsync(kind, ct).ConfigureAwait(false);
        }
    }

    private async Task<ImmutableArray<RetentionItem>> MeasureAsync(ImmutableArray<RetentionItem> items, CancellationToken ct)
    {
        var measured = ImmutableArray.CreateBuilder<RetentionItem>(items.Length);
        foreach (var item in items)
        {
            measured.Add(item.Bytes is not null ? item : item with { Bytes = await BytesAsync(item, ct).ConfigureAwait(false) });
        }

        return measured.ToImmutable();
    }

    private async Task<long> BytesAsync(RetentionItem item, CancellationToken ct)
    {
        var total = 0L;
        foreach (var key in await KeysAsync(item, ct).ConfigureAwait(false))
        {
            total += await blobs.BytesAsync(key, ct).ConfigureAwait(false) ?? 0;
        }

        return total;
    }

    /// <summary>The files of an item.</summary>
    private async Task<ImmutableArray<string>> KeysAsync(RetentionItem item, CancellationToken ct) => item.Kind switch
    {
        RetentionKind.Stills => await blobs.KeysAsync($"{StillsFolder}/{item.Key}", ct).ConfigureAwait(false),
        RetentionKind.Thumbnails or RetentionKind.Evidence when RunId.TryParse(item.Key, out var run) => await store.ThumbKeysAsync(run, item.Kind == RetentionKind.Evidence, ct).ConfigureAwait(false),
        RetentionKind.Source when await store.FileKeyAsync(item.Kind, item.Key, ct).ConfigureAwait(false) is { } key => [key],

        // A zip lies in pieces in a folder of its own, and the file of the export is the list of them.
        RetentionKind.Exports when await store.FileKeyAsync(item.Kind, item.Key, ct).ConfigureAwait(false) is { } key => [.. await blobs.KeysAsync($"{ExportsFolder}/{item.Key}", ct).ConfigureAwait(false), key],
        _ => [],
    };

    // Files first, the note last: after a crash in between the item is still listed and goes the next time.
    private async Task<bool> RemoveAsync(RetentionLoss loss, Actor actor, CancellationToken ct)
    {
        var item = loss.Item;
        if (item.Kind == RetentionKind.PartialUploads)
        {
            if (!await uploads.AbandonAsync(Guid.Parse(item.Key), ct).ConfigureAwait(false))
            {
                return false;
            }
        }
        else
        {
            if (await store.IsProtectedAsync(item.Kind, item.Key, ct).ConfigureAwait(false))
            {
                return false;
            }

            foreach (var key in await KeysAsync(item, ct).ConfigureAwait(false))
            {
                await blobs.DeleteAsync(key, ct).ConfigureAwait(false);
            }

            await store.MarkAsync(item.Kind, item.Key, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
        }

        await audit.AppendAsync(actor, "retention.remove", $"{item.Kind}/{item.Key}", null, Json(new { why = loss.Why, bytes = item.Bytes }), CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, PipelineJson.Options);
}
