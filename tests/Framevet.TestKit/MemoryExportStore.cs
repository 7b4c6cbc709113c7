using System.Collections.Immutable;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;

namespace Framevet.TestKit;

/// <summary>Export rows in memory. Thread-safe.</summary>
public sealed class MemoryExportStore : IExportStore
{
    private readonly Lock _gate = new();
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

            _rows[export.Id] = export;
            return Task.FromResult(true);
        }
    }
}
