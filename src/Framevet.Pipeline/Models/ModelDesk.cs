using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Models;

/// <summary>What pages and the API do with models: one place for rights, rules and the audit trail. Thread-safe.</summary>
public sealed class ModelDesk(ModelCatalog catalog, ModelStore store, ModelPuller puller, OwnModels own, IAuditTrail audit, DiskReserve reserve)
{
    private const string Right = "manage models";

    /// <summary>All models, in the order of the catalogue.</summary>
    public ImmutableArray<ModelReport> List() => [.. store.LookAtAll().Select(s => ModelReport.Of(s, puller))];

    /// <summary>One model.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public ModelReport Get(string id) => ModelReport.Of(store.Look(id), puller);

    /// <summary>Begins to pull a model, or joins the pull that runs. When room runs short on the way, the pull ends and what is here stays for the next one.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, LicenceNotAccepted, Conflict (no address), OutOfSpace.</exception>
    public async Task<ModelReport> PullAsync(string id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        var entry = catalog.Get(id);
        if (puller.Find(id) is not { State: PullState.Running })
        {
            store.MustBeAccepted(entry);
            reserve.Require(id, entry.Bytes ?? 0);

            // The pull outlives the request; its outcome is in the report.
            var pressed = reserve.Pressure.Register(() => puller.Cancel(id));
            _ = puller.StartAsync(id, actor.Name).ContinueWith(
                t =>
                {
                    pressed.Dispose();
                    _ = t.Exception;
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await AuditAsync(actor, "model.pull", id, null, new { files = entry.Files.Select(f => new { f.Name, f.Sha256 }) }, ct).ConfigureAwait(false);
        }

        return Get(id);
    }

    /// <summary>Cancels the pull of a model; no effect when none runs.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<ModelReport> CancelAsync(string id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        if (puller.Cancel(catalog.Get(id).Id))
        {
            await AuditAsync(actor, "model.cancel", id, null, null, ct).ConfigureAwait(false);
        }

        return Get(id);
    }

    /// <summary>Accepts the terms of a model. <paramref name="version"/>: which wording was read.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict when the terms are others by now.</exception>
    public async Task<ModelReport> AcceptAsync(string id, string version, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        var licence = catalog.Get(id).Licence;
        if (licence.Version != version)
        {
            throw new VettingException(FailureCode.Conflict, $"The terms of the model '{id}' are others by now; read them again.");
        }

        store.Accept(id, actor.Name);
        await AuditAsync(actor, "model.accept-licence", id, null, new { licence = licence.Id, version, licence.Allows, licence.TextUrl }, ct).ConfigureAwait(false);
        return Get(id);
    }

    /// <summary>Reads the files of a model and compares their hashes.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden.</exception>
    public async Task<ModelReport> VerifyAsync(string id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        var before = store.Look(id).State;
        var status = await store.VerifyAsync(id, ct).ConfigureAwait(false);
        await AuditAsync(actor, "model.verify", id, new { state = before }, new { state = status.State, trouble = status.Trouble }, ct).ConfigureAwait(false);
        return Get(id);
    }

    /// <summary>Looks for files that were copied into the folder under foreign names. Returns the names that they have now.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public async Task<ImmutableArray<string>> AdoptAsync(Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        catalog.Reload();
        var adopted = await store.AdoptAsync(ct).ConfigureAwait(false);
        foreach (var file in adopted)
        {
            await AuditAsync(actor, "model.adopt", file, null, null, ct).ConfigureAwait(false);
        }

        return adopted;
    }

    /// <summary>Deletes the files of a model; of one's own, the entry too.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict while it is pulled.</exception>
    public async Task RemoveAsync(string id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        var before = store.Look(id);
        if (puller.Find(id) is { State: PullState.Running })
        {
            throw new VettingException(FailureCode.Conflict, $"The model '{id}' is being pulled; cancel that first.");
        }

        store.Remove(id);
        catalog.Forget(id);
        await AuditAsync(actor, "model.remove", id, new { state = before.State, files = before.Files.Select(f => f.File.Name) }, null, ct).ConfigureAwait(false);
    }

    /// <summary>Adds a model of one's own; the file is moved.</summary>
    /// <exception cref="VettingException">As <see cref="OwnModels.AddAsync"/>, Forbidden.</exception>
    public async Task<ModelReport> AddAsync(OwnModel model, string path, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, Right);
        var entry = await own.AddAsync(model, path, ct).ConfigureAwait(false);
        await AuditAsync(actor, "model.add", entry.Id, null, new { entry.Task, entry.Main.Name, entry.Main.Sha256, entry.Main.Bytes }, ct).ConfigureAwait(false);
        return Get(entry.Id);
    }

    private Task AuditAsync(Actor actor, string action, string subject, object? before, object? after, CancellationToken ct) =>
        audit.AppendAsync(actor, action, $"model/{subject}", Json(before), Json(after), ct);

    private static string? Json(object? value) => value is null ? null : JsonSerializer.Serialize(value, PipelineJson.Options);
}
