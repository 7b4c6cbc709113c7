using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Framevet.Data.Cluster;

/// <summary>The wire between nodes on one PostgreSQL: LISTEN and NOTIFY, with a table of the last minutes for those who were cut off.</summary>
internal sealed partial class PostgresWire(IOptions<DataOptions> options, WorkNode node, TimeProvider time, ILogger<PostgresWire> log) : BackgroundService, IClusterWire
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan TrimEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, ImmutableList<Func<string, string, CancellationToken, Task>>> _ears = new();
    private readonly WireSender _sender = new(options.Value.Server, node.Id);
    private readonly WireListener _listener = new(options.Value.Server, node.Id);

    /// <summary>Whether it hears at this moment.</summary>
    internal bool IsListening => _listener.IsOpen;

    public void Post(string topic, string body) => _sender.Add(isKept: true, topic, body);

    public void PostLoosely(string topic, string body)
    {
        if (WireNote.Fits(body))
        {
            _sender.Add(isKept: false, topic, body);
        }
    }

    public IDisposable On(string topic, Func<string, string, CancellationToken, Task> heard)
    {
        _ears.AddOrUpdate(topic, [heard], (_, all) => all.Add(heard));
        return new Ear(() => _ears.AddOrUpdate(topic, [], (_, all) => all.Remove(heard)));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        KeepAsync(ListenAsync, stoppingToken),
        KeepAsync(_sender.RunAsync, stoppingToken),
        KeepAsync(TrimAsync, stoppingToken));

    private async Task ListenAsync(CancellationToken ct)
    {
        await foreach (var note in _listener.ReadAsync(ct).ConfigureAwait(false))
        {
            foreach (var heard in _ears.GetValueOrDefault(note.Topic) ?? [])
            {
                await HearAsync(heard, note, ct).ConfigureAwait(false);
            }
        }
    }

    // A boundary: one note that cannot be told must not cost the next ones. A database that is away breaks the connection of the listener by itself.
    private async Task HearAsync(Func<string, string, CancellationToken, Task> heard, WireNote note, CancellationToken ct)
    {
        try
        {
            await heard(note.Node, note.Body, ct).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            LogNote(trouble, note.Topic, note.Node);
        }
    }

    private async Task TrimAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TrimEvery, time);
        while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false))
        {
            await _sender.TrimAsync(ct).ConfigureAwait(false);
        }
    }

    // A boundary: the database may go and come back for as long as the node lives.
    private async Task KeepAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        var isCut = false;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct).ConfigureAwait(false);
                isCut = false;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                // Said once, not every half second.
                if (!isCut)
                {
                    LogCut(trouble is NpgsqlException ? null : trouble, trouble.Message);
                }

                isCut = true;
                await Task.Delay(Again, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "News between nodes is cut off: {Reason} It is tried again, and what was missed is caught up.")]
    private partial void LogCut(Exception? trouble, string reason);

    [LoggerMessage(LogLevel.Warning, "News ({Topic}) of node {Node} could not be told here.")]
    private partial void LogNote(Exception trouble, string topic, string node);

    private sealed class Ear(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}
