using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Live;

/// <summary>Frames scored on this server in each of the last sixty seconds. Thread-safe.</summary>
public sealed class PulseMeter(IRunEvents events, TimeProvider time) : BackgroundService
{
    /// <summary>How far back it goes.</summary>
    public const int Seconds = 60;

    private readonly Lock _gate = new();
    private readonly (long Second, int Frames)[] _ring = new (long, int)[Seconds];

    /// <summary>Frames per second, the oldest first; the last one is the second before now, which is over.</summary>
    public ImmutableArray<int> Read()
    {
        var now = Second();
        lock (_gate)
        {
            return [.. Enumerable.Range(0, Seconds).Select(i => now - Seconds + i).Select(s => _ring[s % Seconds] is { } slot && slot.Second == s ? slot.Frames : 0)];
        }
    }

    /// <summary>Counts frames into the present second.</summary>
    public void Count(int frames)
    {
        var now = Second();
        lock (_gate)
        {
            ref var slot = ref _ring[now % Seconds];
            slot = slot.Second == now ? (now, slot.Frames + frames) : (now, frames);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var news in events.WatchAsync(null, stoppingToken))
        {
            if (news is FramesScored scored)
            {
                Count(scored.Frames.Length);
            }
        }
    }

    private long Second() => time.GetUtcNow().ToUnixTimeSeconds();
}
