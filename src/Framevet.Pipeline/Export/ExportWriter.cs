using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Storage;
using Microsoft.Extensions.Logging;

namespace Framevet.Pipeline.Export;

/// <summary>Writes one export: row to Running, file into the blob store, row to Done, with news at each step. Thread-safe.</summary>
internal sealed class ExportWriter(IExportStore store, IBlobStore blobs, IMediaProbe probe, BuildExporter build, RunPorts ports, ExportShelf shelf, IFrameRatings ratings, RunOptions options, WorkNode node, ILogger logger)
{
    /// <summary>Pauses between tries: 20 s, 80 s, 5 min, then at most half an hour.</summary>
    private const double FirstPauseSeconds = 20, LongestPauseSeconds = 1800;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _turns = new();

    /// <summary>
    /// Exports a run's picks with every exporter of its recipe. Repeating it for the same picks finds the files already written.
    /// Returns how many stills were written, 0 when the recipe has no exporter.
    /// </summary>
    public async Task<int> WritePicksAsync(RunJournal journal, SourceFile file, ImmutableArray<Pick> picks, CancellationToken ct)
    {
        var written = 0;
        for (var i = 0; i < journal.Run.Recipe.Exporters.Length; i++)
        {
            var export = await PicksRowAsync(journal.Run, i, picks, ct).ConfigureAwait(false);
            ExportOrder? done;
            while ((done = await WriteAsync(export.Id, journal.Run, file, journal.Run.Recipe.Exporters[i], picks, fraction => journal.Progress(RunStage.Export, fraction), ct).ConfigureAwait(false)) is null)
            {
                // Another node makes this very file, or died of it: its lease runs out.
                await Task.Delay(LookEvery, ports.Time, ct).ConfigureAwait(false);
            }

            written = Math.Max(written, done.Frames);
        }

        return written;
    }

    /// <summary>Makes the file of an export that is not done; whoever comes second in this process waits and gets the first one's file. Null when another node has it in hand.</summary>
    /// <exception cref="VettingException">The export cannot be made; its row says why.</exception>
    /// <exception cref="LeaseLostException">Another node took it meanwhile; nothing of this work is stored.</exception>
    public async Task<ExportOrder?> WriteAsync(Guid id, Run run, SourceFile file, PartSpec exporter, ImmutableArray<Pick> picks, Action<double>? tell, CancellationToken ct)
    {
        var turn = _turns.GetOrAdd(id, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var row = await store.GetAsync(id, ct).ConfigureAwait(false) ?? throw new VettingException(FailureCode.NotFound, $"There is no export {id:N}.");
            return row.State == ExportState.Done ? row : await TakeUpAsync(row, run, file, exporter, picks, tell, ct).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Tells watchers where an export stands.</summary>
    public async Task TellAsync(ExportOrder export, double? fraction, CancellationToken ct)
    {
        var run = await ports.Store.GetAsync(export.RunId, ct).ConfigureAwait(false);
        Publish(export, run?.Revision ?? 0, fraction);
    }

    private async Task<ExportOrder?> TakeUpAsync(ExportOrder row, Run run, SourceFile file, PartSpec spec, ImmutableArray<Pick> picks, Action<double>? tell, CancellationToken ct)
    {
        if (await store.TryTakeAsync(row.Id, node, ct).ConfigureAwait(false) is not { } lease)
        {
            return null;
        }

        try
        {
            // What was read before it was taken may be old.
            row = await store.GetAsync(row.Id, ct).ConfigureAwait(false) ?? row;
            return row.State == ExportState.Done ? row : await MakeAsync(lease, row, run, file, spec, picks, tell, ct).ConfigureAwait(false);
        }
        finally
        {
            await store.ReleaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<ExportOrder> MakeAsync(RowLease lease, ExportOrder row, Run run, SourceFile file, PartSpec spec, ImmutableArray<Pick> picks, Action<double>? tell, CancellationToken ct)
    {
        var running = row with { State = ExportState.Running, Error = null };
        await MustUpdateAsync(lease, running, row.State, ct).ConfigureAwait(false);
        await TellAsync(running, 0, ct).ConfigureAwait(false);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var beat = new Heartbeat(lease, token => store.RenewAsync(lease, token), lost.CancelAsync, ports.Time, logger);
        await using var beating = beat.ConfigureAwait(false);
        var folder = blobs.NewWorkFolder();
        try
        {
            var made = await ExportAsync(running, run, file, spec, picks, tell, folder, lost.Token).ConfigureAwait(false);
            var key = await shelf.TakeAsync(row.Id, lease.Token, made, lost.Token).ConfigureAwait(false);
            var now = ports.Time.GetUtcNow();
            var done = running with
            {
                State = ExportState.Done, Frames = made.Frames, FileName = made.FileName, BlobKey = key, Bytes = made.Bytes, Sha256 = made.Sha256, NotBefore = null, EndedAt = now,
                ExpiresAt = options.ExportDays > 0 ? now.AddDays(options.ExportDays) : null,
            };
            await ShelveAsync(lease, done, key, lost.Token).ConfigureAwait(false);
            await TellAsync(done, 1, ct).ConfigureAwait(false);
            return done;
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new LeaseLostException(lease);
        }
        catch (IOException full) when (DiskTrouble.IsFull(full))
        {
            var trouble = DiskTrouble.Full(full);
            await EndAsync(lease, running, trouble).ConfigureAwait(false);
            throw trouble;
        }
        catch (Exception trouble) when (trouble is not LeaseLostException)
        {
            await EndAsync(lease, running, trouble).ConfigureAwait(false);
            throw;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<ExportedFile> ExportAsync(ExportOrder running, Run run, SourceFile file, PartSpec spec, ImmutableArray<Pick> picks, Action<double>? tell, string folder, CancellationToken ct)
    {
        var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        var request = new ExportRequest(media, new ExportOrigin(run.Id.ToString(), run.SourceName, run.MediaSha256, run.Recipe.Name), picks, folder)
        {
            // Only a list of everything needs everything.
            KeepsPieces = true,
            Ratings = await ratings.OfAsync(run.Id, ct).ConfigureAwait(false),
            Scored = spec.Options.TryGetValue("lines", out var lines) && lines.ValueEquals("all") ? await ports.Store.CandidatesAsync(run.Id, ct).ConfigureAwait(false) : [],
        };
        var progress = new PacedProgress(ports.Time, fraction =>
        {
            tell?.Invoke(fraction);
            Publish(running, run.Revision, fraction);
        });
        return await build(spec).ExportAsync(request, progress, ct).ConfigureAwait(false);
    }

    // What the row will never name must not lie about.
    private async Task ShelveAsync(RowLease lease, ExportOrder done, string key, CancellationToken ct)
    {
        try
        {
            await MustUpdateAsync(lease, done, ExportState.Running, ct).ConfigureAwait(false);
        }
        catch (LeaseLostException)
        {
            await shelf.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The row must not stay Running: expected trouble ends it, trouble that may pass lets it wait, and wait longer each time, until it was tried often enough.</summary>
    private async Task EndAsync(RowLease lease, ExportOrder running, Exception trouble)
    {
        var now = ports.Time.GetUtcNow();
        var attempts = running.Attempts + 1;
        var after = trouble is not VettingException expected ? running with { State = ExportState.Queued }
            : !expected.IsTransient ? running with { State = ExportState.Failed, EndedAt = now, Error = expected.Message }
            : attempts >= options.MaxExportAttempts ? running with { State = ExportState.Failed, EndedAt = now, Attempts = attempts, Error = $"{expected.Message} Given up after {attempts} tries." }
            : Waiting(running, expected, attempts, now);
        await store.TryUpdateAsync(lease, after, ExportState.Running, CancellationToken.None).ConfigureAwait(false);
        await TellAsync(after, null, CancellationToken.None).ConfigureAwait(false);
    }

    private ExportOrder Waiting(ExportOrder running, VettingException trouble, int attempts, DateTimeOffset now)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(FirstPauseSeconds * Math.Pow(4, attempts - 1), LongestPauseSeconds));
        var words = pause < TimeSpan.FromMinutes(2) ? $"{pause.TotalSeconds:0} seconds" : $"{pause.TotalMinutes:0} minutes";
        return running with
        {
            State = ExportState.Queued, Attempts = attempts, NotBefore = now + pause,
            Error = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{trouble.Message} Try {attempts} of {options.MaxExportAttempts}; the next in about {words}."),
        };
    }

    private async Task MustUpdateAsync(RowLease lease, ExportOrder export, ExportState expected, CancellationToken ct)
    {
        if (!await store.TryUpdateAsync(lease, export, expected, ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.Conflict, "Somebody else changed the export at the same time.");
        }
    }

    private async Task<ExportOrder> PicksRowAsync(Run run, int exporter, ImmutableArray<Pick> picks, CancellationToken ct)
    {
        var id = IdOf(run, exporter, picks);
        if (await store.GetAsync(id, ct).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        var export = new ExportOrder(id, run.Id, ExportState.Queued, picks.Length, run.OwnerId, run.OwnerId, ports.Time.GetUtcNow(), null, null, null, null, null, null);
        await store.AddAsync(export, ct).ConfigureAwait(false);
        return export;
    }

    // The same picks give the same id: act two may be repeated after a crash without a second file.
    private static Guid IdOf(Run run, int exporter, ImmutableArray<Pick> picks)
    {
        var text = string.Join(' ', [run.Id.ToString(), $"{exporter}", .. picks.Select(p => $"{p.Rank}:{p.Candidate.Pts.Value}")]);
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    private void Publish(ExportOrder export, long revision, double? fraction) =>
        ports.Events.Publish(new ExportChanged(export.RunId, revision, ports.Time.GetUtcNow(), export.Id, export.State.ToString(), fraction));

    /// <summary>Passes on at most four reports a second, on the reporting thread.</summary>
    private sealed class PacedProgress(TimeProvider time, Action<double> tell) : IProgress<double>
    {
        private long _last = time.GetTimestamp();

        public void Report(double value)
        {
            if (time.GetElapsedTime(Volatile.Read(ref _last)) >= ProgressMeter.Pace)
            {
                Volatile.Write(ref _last, time.GetTimestamp());
                tell(value);
            }
        }
    }
}

/// <summary>Builds one exporter.</summary>
/// <exception cref="VettingException">InvalidRequest for an unknown part or option.</exception>
public delegate IExporter BuildExporter(PartSpec spec);
