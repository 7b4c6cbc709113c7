using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;

namespace Framevet.TestKit;

/// <summary>Export rows in memory; leases go by the given clock, or by the system's. Thread-safe.</summary>
public sealed class MemoryExportStore(TimeProvider? clock = null) : IExportStore
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (long Token, DateTimeOffset? Until)> _leases = [];
    private readonly Dictionary<Guid, ExportOrder> _rows = [];

    /// <inheritdoc/>
    public Task AddAsync(ExportOrder export, CancellationToken ct)
    {
        lock (_gate)
        {
            _rows.Add(export.Id, export);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ExportOrder?> GetAsync(Guid id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_rows.GetValueOrDefault(id));
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ExportOrder>> ForRunAsync(RunId run, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ExportOrder>>([.. _rows.Values.Where(r => r.RunId == run).OrderByDescending(r => r.CreatedAt)]);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ExportOrder>> OpenAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ExportOrder>>([.. _rows.Values.Where(r => r.State is ExportState.Queued or ExportState.Running)]);
        }
    }

    /// <inheritdoc/>
    public Task<int> AheadAsync(Guid id, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_rows.TryGetValue(id, out var own)
                ? _rows.Values.Count(r => r.State is ExportState.Queued or ExportState.Running && r.OwnerId == own.OwnerId && r.CreatedAt < own.CreatedAt)
                : 0);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ExportOrder>> DueAsync(DateTimeOffset now, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<ImmutableArray<ExportOrder>>([.. _rows.Values.Where(r => r.State is ExportState.Done && r.ExpiresAt <= now)]);
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryUpdateAsync(ExportOrder export, ExportState expected, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue(export.Id, out var row) || row.State != expected)
            {
                return Task.FromResult(false);
            }

            _rows[export.Id] = export with { Worker = row.Worker };
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryUpdateAsync(RowLease lease, ExportOrder export, ExportState expected, CancellationToken ct)
    {
        await RenewAsync(lease, ct);
        return await TryUpdateAsync(export, expected, ct);
    }

    /// <inheritdoc/>
    public Task<RowLease?> TryTakeAsync(Guid id, WorkNode node, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(node);
        lock (_gate)
        {
            var (token, until) = _leases.GetValueOrDefault(id);
            if (!_rows.TryGetValue(id, out var row) || (until >= _clock.GetUtcNow() && row.Worker != node.Id))
            {
                return Task.FromResult<RowLease?>(null);
            }

            _leases[id] = (token + 1, _clock.GetUtcNow() + node.Lease);
            _rows[id] = row with { Worker = node.Id };
            return Task.FromResult<RowLease?>(new RowLease("Export", id, node.Id, token + 1, node.Lease));
        }
    }

    /// <inheritdoc/>
    public Task RenewAsync(RowLease lease, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_gate)
        {
            if (_leases[lease.Id].Token != lease.Token)
            {
                throw new LeaseLostException(lease);
            }

            _leases[lease.Id] = (lease.Token, _clock.GetUtcNow() + lease.Length);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(RowLease lease, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_gate)
        {
            if (_leases[lease.Id].Token == lease.Token)
            {
                _leases[lease.Id] = (lease.Token, null);
                _rows[lease.Id] = _rows[lease.Id] with { Worker = null };
            }
        }

        return Task.CompletedTask;
    }
}
