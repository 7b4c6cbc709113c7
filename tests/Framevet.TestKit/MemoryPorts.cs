using System.Collections.Concurrent;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.TestKit;

/// <summary>A queue that only remembers what it was told; the test plays the worker.</summary>
public sealed class RecordedQueue : IRunQueue, IExportQueue
{
    /// <summary>Runs scheduled, in order, repeated when told twice.</summary>
    public ConcurrentQueue<RunId> Enqueued { get; } = new();

    /// <summary>Exports scheduled.</summary>
    public ConcurrentQueue<Guid> Exports { get; } = new();

    /// <summary>Runs whose trigger was taken away.</summary>
    public ConcurrentQueue<RunId> Withdrawn { get; } = new();

    /// <inheritdoc/>
    public Task EnqueueAsync(RunId id, int priority, CancellationToken ct)
    {
        Enqueued.Enqueue(id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(RunId id, CancellationToken ct)
    {
        Withdrawn.Enqueue(id);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EnqueueAsync(Guid exportId, CancellationToken ct)
    {
        Exports.Enqueue(exportId);
        return Task.CompletedTask;
    }
}

/// <summary>An audit trail that tests can read.</summary>
public sealed class RecordedAudit : IAuditTrail
{
    /// <summary>Entries in order.</summary>
    public ConcurrentQueue<(Actor Actor, string Action, string Subject, string? Before, string? After)> Entries { get; } = new();

    /// <inheritdoc/>
    public Task AppendAsync(Actor actor, string action, string subject, string? before, string? after, CancellationToken ct)
    {
        Entries.Enqueue((actor, action, subject, before, after));
        return Task.CompletedTask;
    }
}

/// <summary>Settings that a test sets.</summary>
public sealed class FixedSettings(VettingSettings settings) : ISettingsStore
{
    /// <summary>The settings as they are now.</summary>
    public VettingSettings Settings { get; set; } = settings;

    /// <inheritdoc/>
    public Task<SettingsVersion> CurrentAsync(CancellationToken ct) => Task.FromResult(new SettingsVersion(0, Settings, "test", "", default));

    /// <inheritdoc/>
    public Task<SettingsVersion?> TrySaveAsync(VettingSettings settings, int basedOn, Actor author, string note, CancellationToken ct)
    {
        Settings = settings;
        return Task.FromResult<SettingsVersion?>(new SettingsVersion(1, settings, author.Name, note, default));
    }
}
