namespace Framevet.Data.Queries;

/// <summary>
/// One reading for all who ask at the same time. An answer is never older than its question: who asks while a reading is under way gets the next one, together with everybody else who does, so a
/// hundred viewers who hear the same news read the store twice at most. Thread-safe.
/// </summary>
internal sealed class SharedReading<TKey, TAnswer>(Func<TKey, Task<TAnswer>> read)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly Lock _gate = new();

    /// <summary>What the store says from now on. Cancelling gives up waiting; the reading goes on for the others.</summary>
    public Task<TAnswer> GetAsync(TKey key, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                _entries[key] = entry = new Entry();
            }

            entry.Due ??= new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            var mine = entry.Due.Task;
            entry.Reading ??= Task.Run(() => ReadAsync(key, entry), CancellationToken.None);
            return mine.WaitAsync(ct);
        }
    }

    private async Task ReadAsync(TKey key, Entry entry)
    {
        while (Next(key, entry) is { } due)
        {
            var reading = read(key);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            due.SetFromTask(reading);
        }
    }

    private TaskCompletionSource<TAnswer>? Next(TKey key, Entry entry)
    {
        lock (_gate)
        {
            var due = entry.Due;
            entry.Due = null;
            if (due is null)
            {
                _entries.Remove(key);
            }

            return due;
        }
    }

    private sealed class Entry
    {
        /// <summary>Who waits for the next reading.</summary>
        public TaskCompletionSource<TAnswer>? Due { get; set; }

        /// <summary>Reads until nobody waits; the entry is gone then.</summary>
        public Task? Reading { get; set; }
    }
}
