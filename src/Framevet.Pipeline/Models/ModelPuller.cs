using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Scoring;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Models;

/// <summary>
/// Pulls models in the background: one pull per model, whoever asks for it how often. A break is gone on with by itself while bytes still come.
/// Thread-safe; disposing cancels what runs and waits for it.
/// </summary>
public sealed class ModelPuller : IAsyncDisposable
{
    // Tries without one new byte before a pull is given up.
    private const int MaxVainTries = 3;
    private const int MaxRedirects = 5;
    private const long DiskMargin = DiskNeed.DefaultMargin;

    private static readonly string[] Everywhere = ["0.0.0.0/0", "::/0"];

    private readonly ModelCatalog _catalog;
    private readonly ModelStore _store;
    private readonly ModelsOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _client;
    private readonly Func<string, long> _freeBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pull> _pulls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Action, byte> _watchers = new();
    private bool _isClosed;

    /// <summary>Makes a client behind the wall.</summary>
    public ModelPuller(ModelCatalog catalog, ModelStore store, IOptions<ModelsOptions> options, OutboundWall wall, TimeProvider time)
        : this(catalog, store, options, wall, time, DiskSpace.Free)
    {
    }

    internal ModelPuller(ModelCatalog catalog, ModelStore store, IOptions<ModelsOptions> options, OutboundWall wall, TimeProvider time, Func<string, long> freeBytes)
    {
        (_catalog, _store, _options, _time, _freeBytes) = (catalog, store, options.Value, time, freeBytes);
        _client = new HttpMessageInvoker(wall.ForAdmins(_options.AllowPrivateAddresses ? Everywhere : []).Transport(MaxRedirects));
    }

    /// <summary>All pulls that run or ended since the start of the process, the last one per model.</summary>
    public ImmutableArray<PullProgress> Pulls
    {
        get
        {
            lock (_gate)
            {
                return [.. _pulls.Values.Select(p => p.Progress)];
            }
        }
    }

    /// <summary>The last pull of a model, or null.</summary>
    public PullProgress? Find(string id)
    {
        lock (_gate)
        {
            return _pulls.GetValueOrDefault(id)?.Progress;
        }
    }

    /// <summary>Whether there is an address for every file of the entry that is not here.</summary>
    public bool CanPull(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Files.All(f => !Addresses(f).IsEmpty);
    }

    /// <summary>Calls <paramref name="changed"/> whenever a pull moves, from any thread and often; dispose what it returns to stop.</summary>
    public IDisposable Watch(Action changed)
    {
        _watchers.TryAdd(changed, 0);
        return new Watching(() => _watchers.TryRemove(changed, out _));
    }

    /// <summary>Begins to pull a model, or returns the pull that runs already. The task ends with the pull; what it throws is the pull's trouble.</summary>
    /// <exception cref="VettingException">NotFound; LicenceNotAccepted; Conflict when there is no address.</exception>
    public Task StartAsync(string id, string by)
    {
        var entry = _catalog.Get(id);
        _store.MustBeAccepted(entry);
        if (entry.Files.FirstOrDefault(f => Addresses(f).IsEmpty) is { } homeless)
        {
            throw new VettingException(FailureCode.Conflict, $"There is no address for the file {homeless.Name} of the model '{id}'. Copy the file into {_store.Folder}, or set Models:Mirrors to an address that has it.") { Subjects = [id] };
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_pulls.GetValueOrDefault(id) is { IsRunning: true } running)
            {
                return running.Work;
            }

            var pull = new Pull(new PullProgress(id, PullState.Running, entry.Main.Name, 0, entry.Bytes, null, null, by));
            _pulls[id] = pull;
            pull.Work = Task.Run(() => RunAsync(pull, entry));
            return pull.Work;
        }
    }

    /// <summary>Cancels the pull of a model; what is here stays. False when none runs.</summary>
    public bool Cancel(string id)
    {
        lock (_gate)
        {
            if (_pulls.GetValueOrDefault(id) is not { IsRunning: true } pull)
            {
                return false;
            }

            pull.Stop.Cancel();
            return true;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _isClosed = true;
            running = [.. _pulls.Values.Select(p => p.Work)];
            foreach (var pull in _pulls.Values)
            {
                pull.Stop.Cancel();
            }
        }

        await Task.WhenAll(running.Select(r => r.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default))).ConfigureAwait(false);
        _client.Dispose();
        foreach (var pull in _pulls.Values)
        {
            pull.Stop.Dispose();
        }
    }

    private async Task RunAsync(Pull pull, ModelEntry entry)
    {
        try
        {
            var started = _time.GetTimestamp();
            var before = entry.Files.Sum(Here);
            MustHaveRoom(entry, before);
            foreach (var file in entry.Files)
            {
                var others = entry.Files.Where(f => f != file).Sum(Here);
                await FileAsync(entry, file, bytes => Tell(pull, p => p with { File = file.Name, Bytes = others + bytes, BytesPerSecond = Speed(others + bytes - before, started) ?? p.BytesPerSecond }), pull.Stop.Token).ConfigureAwait(false);
            }

            Tell(pull, p => p with { State = PullState.Done, Bytes = entry.Files.Sum(Here) });
        }
        catch (OperationCanceledException) when (pull.Stop.IsCancellationRequested)
        {
            Tell(pull, p => p with { State = PullState.Cancelled });
            throw;
        }
        catch (VettingException trouble)
        {
            Tell(pull, p => p with { State = PullState.Failed, Trouble = trouble });
            throw;
        }
        catch (Exception bug)
        {
            Tell(pull, p => p with { State = PullState.Failed, Trouble = new VettingException(FailureCode.Unexpected, $"Pulling the model '{entry.Id}' failed unexpectedly: {bug.Message}", null, bug) });
            throw;
        }
    }

    private async Task FileAsync(ModelEntry entry, ModelFile file, Action<long> progress, CancellationToken ct)
    {
        if (File.Exists(_store.PathOf(file)) && await Task.Run(() => _store.IsRight(file), ct).ConfigureAwait(false))
        {
            return;
        }

        VettingException? trouble = null;
        foreach (var address in Addresses(file))
        {
            try
            {
                await FromAsync(entry, file, address, progress, ct).ConfigureAwait(false);
                return;
            }
            catch (VettingException failed) when (failed.Code is FailureCode.BackendUnavailable or FailureCode.SourceRefused or FailureCode.ModelMismatch or FailureCode.SourceTooLarge)
            {
                // Another address may do better; the last one's trouble is told.
                trouble = failed;
            }
        }

        throw trouble!;
    }

    private async Task FromAsync(ModelEntry entry, ModelFile file, Uri address, Action<long> progress, CancellationToken ct)
    {
        var path = _store.PathOf(file) + ModelStore.PartEnding;
        var download = new ModelDownload(_client, file, address, path, _options.MaxFileMegabytes * 1024L * 1024, TimeSpan.FromSeconds(_options.StallSeconds));
        var resumed = Length(path) > 0;
        var furthest = Length(path);
        for (var vain = 0; ;)
        {
            try
            {
                var sha256 = await download.RunAsync(progress, ct).ConfigureAwait(false);
                if (sha256 != file.Sha256 && resumed)
                {
                    // The two ends may be of different files: once from the start, before anybody is blamed.
                    resumed = false;
                    download.Discard();
                    continue;
                }

                _store.Take(entry.Id, file, path, sha256);
                download.Discard();
                return;
            }
            catch (VettingException broken) when (broken.Code == FailureCode.BackendUnavailable && !download.IsRefused && (Length(path) > furthest || ++vain < MaxVainTries))
            {
                // A server that begins anew each time comes no further than it was before.
                vain = Length(path) > furthest ? 0 : vain;
                furthest = Math.Max(furthest, Length(path));
                resumed = true;
                await Task.Delay(TimeSpan.FromMilliseconds(200 << vain), _time, ct).ConfigureAwait(false);
            }
        }
    }

    private ImmutableArray<Uri> Addresses(ModelFile file)
    {
        var mirrors = _options.Mirrors.Select(m => new Uri(new Uri(m.EndsWith('/') ? m : m + "/"), file.Name));
        return [.. mirrors, .. file.Url is { } url && !_options.MirrorsOnly ? [new Uri(url)] : Array.Empty<Uri>()];
    }

    private void MustHaveRoom(ModelEntry entry, long here)
    {
        var (need, free) = ((entry.Bytes ?? here) - here + DiskMargin, _freeBytes(_store.Folder));
        if (free < need)
        {
            throw new VettingException(FailureCode.OutOfSpace, $"Pulling the model '{entry.Id}' needs {need / 1_000_000} MB ({DiskMargin / 1_000_000} MB of them stay free), but only {free / 1_000_000} MB are free on the disk.");
        }
    }

    private long Here(ModelFile file) => Length(_store.PathOf(file)) is > 0 and var whole ? whole : Length(_store.PathOf(file) + ModelStore.PartEnding);

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private double? Speed(long bytes, long started) => _time.GetElapsedTime(started).TotalSeconds is > 0.2 and var seconds ? Math.Max(0, bytes) / seconds : null;

    private void Tell(Pull pull, Func<PullProgress, PullProgress> change)
    {
        lock (_gate)
        {
            pull.Progress = change(pull.Progress);
        }

        foreach (var watcher in _watchers.Keys)
        {
            watcher();
        }
    }

    private sealed class Pull(PullProgress progress)
    {
        public PullProgress Progress { get; set; } = progress;

        public CancellationTokenSource Stop { get; } = new();

        public Task Work { get; set; } = Task.CompletedTask;

        public bool IsRunning => Progress.State == PullState.Running;
    }

    private sealed class Watching(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}
