using System.Collections.Immutable;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>Which way the decision went.</summary>
public enum BankKind
{
    /// <summary>A person allowed it.</summary>
    Allow,
    /// <summary>A person denied it.</summary>
    Block,
}

/// <summary>
/// A decided file or picture. A file is known by its SHA-256 and the frames (PTS) that were judged in it; a picture by its PDQ hash. Entries of one <see cref="Origin"/> belong to one
/// decision.
/// </summary>
public sealed record BankEntry
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Allowed or denied.</summary>
    public required BankKind Bank { get; init; }

    /// <summary>SHA-256 of the whole file in lower-case hex; null for a picture.</summary>
    public string? Sha256 { get; init; }

    /// <summary>PTS values of the frames that were judged in that file; an allowed file says nothing about others.</summary>
    public ImmutableArray<long> Judged { get; init; } = [];

    /// <summary>Hash of the picture; null for a file.</summary>
    public PdqHash? Hash { get; init; }

    /// <summary>Quality of the hash, 0..100.</summary>
    public int Quality { get; init; }

    /// <summary>Label of the decision.</summary>
    public required string Label { get; init; }

    /// <summary>Where the decision is found: <c>review/…</c>, or <c>import/…</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The run that was decided about; null when it came from elsewhere.</summary>
    public RunId? Run { get; init; }

    /// <summary>Who decided.</summary>
    public required string By { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it is good for comparison at all.</summary>
    public bool IsFit => Sha256 is not null || (Hash is not null && Quality > Pdq.PoorQuality);
}

/// <summary>The banks in the store.</summary>
public interface IHashBank
{
    /// <summary>All entries that count, for looking things up in memory; the same object while nothing changes.</summary>
    Task<BankIndex> IndexAsync(CancellationToken ct);

    /// <summary>Entries of an origin take the place of its earlier ones; none = the decision no longer counts.</summary>
    Task ReplaceAsync(string origin, ImmutableArray<BankEntry> entries, CancellationToken ct);

    /// <summary>Takes one entry out; false when there is none.</summary>
    Task<bool> RemoveAsync(Guid id, CancellationToken ct);

    /// <summary>Entries, newest first; <paramref name="bank"/> null = both.</summary>
    Task<(ImmutableArray<BankEntry> Entries, int Total)> PageAsync(BankKind? bank, int skip, int take, CancellationToken ct);
}

/// <summary>Banks that go away with the process, for the command line and tests. Thread-safe.</summary>
public sealed class MemoryHashBank : IHashBank
{
    private ImmutableArray<BankEntry> _entries = [];
    private BankIndex _index = new([]);

    /// <inheritdoc/>
    public Task<BankIndex> IndexAsync(CancellationToken ct) => Task.FromResult(_index);

    /// <inheritdoc/>
    public Task ReplaceAsync(string origin, ImmutableArray<BankEntry> entries, CancellationToken ct)
    {
        Keep(e => [.. e.Where(x => x.Origin != origin), .. entries]);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAsync(Guid id, CancellationToken ct) => Task.FromResult(Keep(e => [.. e.Where(x => x.Id != id)]));

    /// <inheritdoc/>
    public Task<(ImmutableArray<BankEntry> Entries, int Total)> PageAsync(BankKind? bank, int skip, int take, CancellationToken ct)
    {
        ImmutableArray<BankEntry> all = [.. _entries.Where(e => bank is null || e.Bank == bank).OrderByDescending(e => e.At)];
        return Task.FromResult<(ImmutableArray<BankEntry>, int)>(([.. all.Skip(skip).Take(take)], all.Length));
    }

    private bool Keep(Func<ImmutableArray<BankEntry>, ImmutableArray<BankEntry>> change)
    {
        var before = _entries.Length;
        ImmutableInterlocked.Update(ref _entries, change);
        _index = new BankIndex(_entries);
        return _entries.Length != before;
    }
}
