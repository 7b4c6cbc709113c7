using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Export;

/// <summary>Exports on demand: the run's picks, or frames a curator selected. Only frames that a verdict allows are ever exported. Thread-safe.</summary>
public sealed class ExportDesk
{
    private static readonly PartSpec DefaultExporter = new("zip");

    private readonly RunPorts _ports;
    private readonly IExportStore _store;
    private readonly IExportQueue _queue;
    private readonly IBlobStore _blobs;
    private readonly ExportWriter _writer;
    private readonly StillCache _stills;
    private readonly ExportShelf _shelf;
    private readonly ValidateRecipe _validate;
    private readonly RunOptions _options;
    private readonly DiskReserve _reserve;
    private readonly ILogger<ExportDesk> _logger;

    internal ExportDesk(RunPorts ports, IExportStore store, IExportQueue queue, IBlobStore blobs, ExportWriter writer, StillCache stills, ExportShelf shelf, ValidateRecipe validate, RunOptions options, DiskReserve reserve, ILogger<ExportDesk> logger) =>
        (_ports, _store, _queue, _blobs, _writer, _stills, _shelf, _validate, _options, _reserve, _logger) = (ports, store, queue, blobs, writer, stills, shelf, validate, options, reserve, logger);

    /// <summary>
    /// Queues an export; null frames = the run's picks, else these (rank in the given order). Frames that are not allowed are left out.
    /// <paramref name="exporter"/>: what to write and how; null = the recipe's first exporter.
    /// </summary>
    /// <exception cref="VettingException">NotFound, Forbidden, InvalidRequest (nothing allowed among them; limit; unknown exporter or option), Conflict (run not finished with act one).</exception>
    public async Task<ExportOrder> RequestAsync(RunId run, ImmutableArray<Pts>? frames, PartSpec? exporter, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var row = actor.MustSteer(await _ports.Store.GetAsync(run, ct).ConfigureAwait(false), run, "export frames of");
        if (row.State is not (RunState.AwaitingReview or RunState.Finishing or RunState.Done))
        {
            throw new VettingException(FailureCode.Conflict, $"{row.SourceName}: frames can be exported once all of them are scored and judged.");
        }

        if (row.Upkeep.SourceRemovedAt is { } removed)
        {
            throw new VettingException(FailureCode.Conflict, $"{row.SourceName}: the source was removed on {RunUpkeep.Day(removed)}, as the rules of this server say, so nothing more can be exported from it.");
        }

        if (exporter is not null)
        {
            Check(row.Recipe with { Exporters = [exporter] });
        }

        var picks = await PicksAsync(run, frames, ct).ConfigureAwait(false);
        if (picks.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, frames is null
                ? $"{row.SourceName}: nothing was picked, so there is nothing to export."
                : $"{row.SourceName}: none of the chosen frames may be exported.");
        }

        if (picks.Length > _options.MaxExportFrames)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"{row.SourceName}: {picks.Length} frames are more than the {_options.MaxExportFrames} that one export may have.");
        }

        ImmutableArray<Pts>? requested = frames is null ? null : [.. picks.Select(p => p.Candidate.Pts)];
        var now = _ports.Time.GetUtcNow();
        var export = new ExportOrder(Guid.CreateVersion7(now), run, ExportState.Queued, picks.Length, actor.Id, actor.Name, now, null, null, null, null, null, requested, exporter);
        await _store.AddAsync(export, ct).ConfigureAwait(false);
        await _ports.Audit.AppendAsync(actor, "export.request", export.Id.ToString("N"), null, Audited.Export(export), CancellationToken.None).ConfigureAwait(false);
        await _queue.EnqueueAsync(export.Id, CancellationToken.None).ConfigureAwait(false);
        await _writer.TellAsync(export, null, ct).ConfigureAwait(false);
        return export;
    }

    /// <summary>Queues an export by the recipe's first exporter.</summary>
    /// <exception cref="VettingException">As above.</exception>
    public Task<ExportOrder> RequestAsync(RunId run, ImmutableArray<Pts>? frames, Actor actor, CancellationToken ct) => RequestAsync(run, frames, null, actor, ct);

    /// <summary>Makes the file; called by the job. Never throws for a failed export: its row says why.</summary>
    public async Task<RunOutcome> WorkAsync(Guid exportId, CancellationToken stopping)
    {
        if (_reserve.IsShort)
        {
            return RunOutcome.Paused;
        }

        var pressure = _reserve.Pressure;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, pressure);
        try
        {
            return await WriteAsync(exportId, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return RunOutcome.HandedBack;
        }
        catch (Exception) when (pressure.IsCancellationRequested || _reserve.IsShort)
        {
            // Its row waits again; whatever went wrong shows itself anew when there is room.
            return RunOutcome.Paused;
        }
        catch (LeaseLostException lost)
        {
            // Its row is somebody else's now.
            _logger.LeaseLost(lost.Lease.What, lost.Lease.Node);
            return RunOutcome.Nothing;
        }
        catch (VettingException trouble)
        {
            return trouble.IsTransient ? RunOutcome.RetryLater : RunOutcome.Failed;
        }
        catch (Exception trouble) when (DatabaseTrouble.IsPassing(trouble))
        {
            return RunOutcome.RetryLater;
        }
        catch (Exception trouble)
        {
            _logger.ExportFailed(trouble, exportId);
            return await FailAsync(exportId).ConfigureAwait(false);
        }
    }

    /// <summary>Tries a failed or expired export once more, from the start.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict (it is neither failed nor expired).</exception>
    public async Task<ExportOrder> RepeatAsync(Guid exportId, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var (export, _) = await MineAsync(exportId, actor, "repeat exports of", ct).ConfigureAwait(false);
        var again = export with { State = ExportState.Queued, Error = null, Attempts = 0, NotBefore = null, EndedAt = null, ExpiresAt = null, FileName = null, BlobKey = null, Bytes = null, Sha256 = null, RemovedAt = null };
        if (export.State is not (ExportState.Failed or ExportState.Expired) || !await _store.TryUpdateAsync(again, export.State, ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.Conflict, "Only exports that failed or expired can be made again.");
        }

        await _ports.Audit.AppendAsync(actor, "export.repeat", again.Id.ToString("N"), null, Audited.Export(again), CancellationToken.None).ConfigureAwait(false);
        await _queue.EnqueueAsync(again.Id, CancellationToken.None).ConfigureAwait(false);
        await _writer.TellAsync(again, null, ct).ConfigureAwait(false);
        return again;
    }

    /// <summary>Removes the file of a finished export now; its row stays as history.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden, Conflict (it is not done).</exception>
    public async Task<ExportOrder> RemoveAsync(Guid exportId, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var (export, run) = await MineAsync(exportId, actor, "remove exports of", ct).ConfigureAwait(false);
        if (run.Upkeep.IsHeld)
        {
            throw new VettingException(FailureCode.Conflict, $"{run.SourceName}: a legal hold keeps everything of this run.");
        }

        if (export.State != ExportState.Done || await ExpireAsync(export, ct).ConfigureAwait(false) is not { } gone)
        {
            throw new VettingException(FailureCode.Conflict, "Only finished exports can be removed.");
        }

        await _ports.Audit.AppendAsync(actor, "export.remove", gone.Id.ToString("N"), Audited.Export(export), null, CancellationToken.None).ConfigureAwait(false);
        return gone;
    }

    /// <summary>Removes the files of exports whose time is over, unless their run is kept or held; returns how many.</summary>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        var gone = 0;
        foreach (var export in await _store.DueAsync(_ports.Time.GetUtcNow(), ct).ConfigureAwait(false))
        {
            gone += await ExpireAsync(export, ct).ConfigureAwait(false) is null ? 0 : 1;
        }

        return gone;
    }

    private async Task<ExportOrder?> ExpireAsync(ExportOrder export, CancellationToken ct)
    {
        // The row first: nobody begins a download of files that are about to go. A crash between the two leaves files, which the key in the row still names.
        var gone = export with { State = ExportState.Expired };
        if (!await _store.TryUpdateAsync(gone, ExportState.Done, ct).ConfigureAwait(false))
        {
            return null;
        }

        await _shelf.DeleteAsync(export, CancellationToken.None).ConfigureAwait(false);
        await _writer.TellAsync(gone, null, CancellationToken.None).ConfigureAwait(false);
        return gone;
    }

    private async Task<(ExportOrder Export, Run Run)> MineAsync(Guid id, Actor actor, string what, CancellationToken ct)
    {
        var export = await _store.GetAsync(id, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, "There is no such export.");
        return (export, actor.MustSteer(await _ports.Store.GetAsync(export.RunId, ct).ConfigureAwait(false), export.RunId, what));
    }

    /// <summary>One still at full resolution as JPEG for the frame page, cached in the blob store. Returns its blob key. Does not check the verdict: the caller does.</summary>
    /// <exception cref="VettingException">NotFound (run), and what decoding may bring.</exception>
    public async Task<string> FullFrameAsync(RunId run, Pts frame, CancellationToken ct)
    {
        var row = await _ports.Store.GetAsync(run, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"There is no run {run}.");
        return await _stills.KeyAsync(row, frame, ct).ConfigureAwait(false);
    }

    /// <summary>The still at full resolution if it was made before the source went; null when there is none.</summary>
    public Task<string?> KeptFrameAsync(RunId run, Pts frame, CancellationToken ct) => _stills.FindAsync(run, frame, ct);

    // Other parts of an old recipe may be out of date by now; that is no matter here.
    private void Check(Recipe recipe)
    {
        if (_validate(recipe).FirstOrDefault(f => f.StartsWith("exporters", StringComparison.Ordinal)) is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"This cannot be exported: {fault}.");
        }
    }

    private async Task<RunOutcome> WriteAsync(Guid id, CancellationToken stopping)
    {
        var export = await _store.GetAsync(id, stopping).ConfigureAwait(false);
        if (export?.State is not (ExportState.Queued or ExportState.Running) || export.NotBefore > _ports.Time.GetUtcNow()
            || await _ports.Store.GetAsync(export.RunId, stopping).ConfigureAwait(false) is not { } run)
        {
            return RunOutcome.Nothing;
        }

        // Verdicts may have changed since the request: they are asked again here.
        var picks = await PicksAsync(run.Id, export.Requested, stopping).ConfigureAwait(false);
        if (picks.IsEmpty)
        {
            await _store.TryUpdateAsync(export with { State = ExportState.Failed, EndedAt = _ports.Time.GetUtcNow(), Error = $"{run.SourceName}: none of the chosen frames may be exported any more." }, export.State, stopping).ConfigureAwait(false);
            return RunOutcome.Failed;
        }

        var file = new SourceFile(await _blobs.LocalPathAsync(run.MediaKey, stopping).ConfigureAwait(false), run.SourceName, run.MediaBytes) { Sampler = run.Recipe.Sampler };
        var exporter = export.Exporter ?? run.Recipe.Exporters.FirstOrDefault(DefaultExporter);
        return await _writer.WriteAsync(id, run, file, exporter, picks, null, stopping).ConfigureAwait(false) is null ? RunOutcome.Nothing : RunOutcome.Completed;
    }

    private async Task<RunOutcome> FailAsync(Guid id)
    {
        if (await _store.GetAsync(id, CancellationToken.None).ConfigureAwait(false) is { State: ExportState.Queued or ExportState.Running, Worker: null } export)
        {
            var failed = export with { State = ExportState.Failed, EndedAt = _ports.Time.GetUtcNow(), Error = $"An unexpected error ended the export; the server's log has it under {id:N}." };
            await _store.TryUpdateAsync(failed, export.State, CancellationToken.None).ConfigureAwait(false);
            await _writer.TellAsync(failed, null, CancellationToken.None).ConfigureAwait(false);
        }

        return RunOutcome.Failed;
    }

    private async Task<ImmutableArray<Pick>> PicksAsync(RunId run, ImmutableArray<Pts>? requested, CancellationToken ct)
    {
        var allowed = (await _ports.Store.CandidatesAsync(run, ct).ConfigureAwait(false)).Where(c => c.IsAllowed);
        if (requested is not { } wanted)
        {
            return [.. allowed.Where(c => c.Rank is not null).OrderBy(c => c.Rank).Select(c => new Pick(c, c.Rank!.Value, c.PickReason ?? "Picked by the run."))];
        }

        var byPts = allowed.ToDictionary(c => c.Pts);
        return [.. wanted.Distinct().Where(byPts.ContainsKey).Select((pts, i) => new Pick(byPts[pts], i + 1, "Chosen by hand."))];
    }
}
