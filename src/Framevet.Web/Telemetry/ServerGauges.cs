using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Framevet.Data.Queries;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Web.Telemetry;

/// <summary>How this server stands, as gauges. Refreshed before they are read: a callback of a meter cannot wait for a database.</summary>
internal sealed class ServerGauges : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Framevet.Server";

    private readonly Meter _meter;
    private readonly LoadQuery _query;
    private readonly DiskReserve _reserve;
    private readonly GraphicsLoad _graphics;
    private readonly TimeProvider _time;
    private ImmutableArray<CardLoad> _cards = [];
    private ServerLoad? _load;
    private DiskStanding? _disk;

    public ServerGauges(LoadQuery query, DiskReserve reserve, FramePool pool, GraphicsLoad graphics, TimeProvider time)
    {
        (_query, _reserve, _graphics, _time) = (query, reserve, graphics, time);
        _meter = new Meter(MeterName);
        _meter.CreateObservableGauge("framevet.runs", () => _load?.Runs.Select(r => new Measurement<int>(r.Value, new KeyValuePair<string, object?>("state", r.Key.ToString().ToLowerInvariant()))) ?? [], null, "Runs by state.");
        Age("framevet.queue.age.seconds", l => l.QueueAge, "Age of the oldest queued run.");
        Count("framevet.review.backlog", l => l.ReviewItems, "Open review items.");
        Age("framevet.review.oldest.seconds", l => l.ReviewAge, "Age of the oldest open review item.");
        Count("framevet.webhook.outbox", l => l.Outbox, "Webhook deliveries still to be made.");
        Age("framevet.webhook.oldest.seconds", l => l.OutboxAge, "Age of the oldest webhook delivery still to be made.");
        _meter.CreateObservableGauge("framevet.cost.today.usd", () => Of(_load?.CostToday), null, "US dollars for paid calls since midnight UTC.");
        _meter.CreateObservableCounter("framevet.cost.usd", () => Of(_load?.CostTotal), null, "US dollars for paid calls.");
        _meter.CreateObservableGauge("framevet.disk.free.bytes", () => _disk?.Free is { } free ? [new Measurement<long>(free)] : (Measurement<long>[])[], null, "Bytes left on the disk that stands worst.");
        _meter.CreateObservableGauge("framevet.disk.reserve.bytes", () => _disk is { } disk ? [new Measurement<long>(disk.Reserve)] : (Measurement<long>[])[], null, "Bytes that shall stay free there.");
        _meter.CreateObservableGauge("framevet.disk.short", () => _disk is { } disk ? [new Measurement<int>(disk.IsShort ? 1 : 0)] : (Measurement<int>[])[], null, "1 while intake and work rest for want of room.");
        Card("framevet.gpu.busy", c => c.Busy01, "Share of the last second in which a card computed, 0 to 1.");
        Card("framevet.gpu.memory.used.bytes", c => c.UsedBytes, "Memory of a card in use.");
        Card("framevet.gpu.memory.total.bytes", c => c.TotalBytes, "Memory of a card.");
        _meter.CreateObservableGauge("framevet.buffers.outstanding", () => pool.Outstanding, null, "Frame buffers in use.");
    }

    /// <summary>Reads everything anew.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        _load = await _query.GetAsync(_time.GetUtcNow(), ct);
        _disk = _reserve.Look();
        _cards = await _graphics.ReadAsync(ct);
    }

    public void Dispose() => _meter.Dispose();

    private void Count(string name, Func<ServerLoad, int> value, string description) => _meter.CreateObservableGauge(name, () => _load is { } load ? [new Measurement<int>(value(load))] : (Measurement<int>[])[], null, description);

    // Nothing waits: 0 is the age of what does not wait.
    private void Age(string name, Func<ServerLoad, TimeSpan?> value, string description) =>
        _meter.CreateObservableGauge(name, () => Of(_load is { } load ? value(load)?.TotalSeconds ?? 0 : null), null, description);

    // Without a card, or where it does not tell, there is no sample: absent, not 0.
    private void Card(string name, Func<CardLoad, double?> value, string description) => _meter.CreateObservableGauge(name,
        () => _cards.Where(c => value(c) is not null).Select(c => new Measurement<double>(value(c)!.Value, new KeyValuePair<string, object?>("card", c.Number))), null, description);

    private static Measurement<double>[] Of(double? value) => value is { } known ? [new Measurement<double>(known)] : [];
}
