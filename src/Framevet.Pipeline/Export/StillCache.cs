using System.Collections.Concurrent;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Export;

/// <summary>Single stills at full resolution, made once and kept in the blob store. Thread-safe.</summary>
internal sealed class StillCache(IBlobStore blobs, IMediaProbe probe, GrabStill grab) : IDisposable
{
    // Decoding one still takes a tool process: two at a time keep the machine free for runs.
    private readonly SemaphoreSlim _tools = new(2, 2);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    /// <summary>The blob key of the still, which exists when this returns.</summary>
    public async Task<string> KeyAsync(Run run, Pts frame, CancellationToken ct)
    {
        var key = KeyOf(run.Id, frame);
        var turn = _turns.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var isHit = await blobs.ExistsAsync(key, ct).ConfigureAwait(false);
            Telemetry.PipelineMeter.CountCache("stills", isHit);
            if (!isHit)
            {
                await MakeAsync(run, frame, key, ct).ConfigureAwait(false);
            }

            return key;
        }
        finally
        {
            turn.Release();
            _turns.TryRemove(key, out _);
        }
    }

    /// <summary>The still if it was made already, or null.</summary>
    public async Task<string?> FindAsync(RunId run, Pts frame, CancellationToken ct) => await blobs.ExistsAsync(KeyOf(run, frame), ct).ConfigureAwait(false) ? KeyOf(run, frame) : null;

    /// <inheritdoc/>
    public void Dispose() => _tools.Dispose();

    private static string KeyOf(RunId run, Pts frame) => string.Create(CultureInfo.InvariantCulture, $"frames/{run}/{frame.Value}.jpg");

    private async Task MakeAsync(Run run, Pts frame, string key, CancellationToken ct)
    {
        await _tools.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var file = new SourceFile(await blobs.LocalPathAsync(run.MediaKey, ct).ConfigureAwait(false), run.SourceName, run.MediaBytes) { Sampler = run.Recipe.Sampler };
            var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
            await blobs.PutAsync(key, await grab(media, frame, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }
        finally
        {
            _tools.Release();
        }
    }
}

/// <summary>Decodes one frame at full resolution, upright and square, as JPEG.</summary>
/// <exception cref="VettingException">The frame is not there, or the tool failed.</exception>
public delegate Task<byte[]> GrabStill(MediaInfo media, Pts frame, CancellationToken ct);
