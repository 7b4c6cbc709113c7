using System.Collections.Immutable;
using System.Globalization;

namespace Framevet.Pipeline.Ingest.Quotas;

/// <summary>What one account may use; null = no limit. Days are from midnight to midnight UTC.</summary>
/// <param name="StoredMegabytes">MiB of media and unfinished uploads.</param>
/// <param name="FilesPerDay">Files that come in on one day.</param>
/// <param name="ConcurrentRuns">Unfinished runs at once.</param>
/// <param name="MinutesPerDay">Minutes of video of the runs submitted on one day, as far as known.</param>
public sealed record Quota(int? StoredMegabytes = null, int? FilesPerDay = null, int? ConcurrentRuns = null, int? MinutesPerDay = null)
{
    /// <summary>No limits.</summary>
    public static Quota None { get; } = new();

    /// <summary>What counts for an account: its own value, else the most generous one of its roles; a role without an entry sets no limit.</summary>
    public static Quota Of(Quota? own, ImmutableArray<string> roles, ImmutableSortedDictionary<string, Quota> byRole)
    {
        ArgumentNullException.ThrowIfNull(byRole);
        var all = roles.Select(r => byRole.GetValueOrDefault(r) ?? None).ToArray();
        return new Quota(Best(q => q.StoredMegabytes), Best(q => q.FilesPerDay), Best(q => q.ConcurrentRuns), Best(q => q.MinutesPerDay));

        int? Best(Func<Quota, int?> value) => own is not null && value(own) is { } mine ? mine : all.Length == 0 || all.Any(q => value(q) is null) ? null : all.Max(value);
    }

    /// <summary>Every fault as a sentence.</summary>
    public IEnumerable<string> Faults(string whose) =>
        new[] { StoredMegabytes, FilesPerDay, ConcurrentRuns, MinutesPerDay }.Any(v => v is < 0 or > 1_000_000_000)
            ? [string.Create(CultureInfo.InvariantCulture, $"The quota of {whose} must be empty or 0 to 1000000000.")]
            : [];
}

/// <summary>What an account uses.</summary>
/// <param name="StoredBytes">Bytes of its media, each once, and of its unfinished uploads as declared.</param>
/// <param name="FilesToday">Files that came in today: runs, unfinished uploads and waiting links.</param>
/// <param name="OpenRuns">Unfinished runs.</param>
/// <param name="MinutesToday">Minutes of the videos of today's runs; files that were not looked at yet count 0.</param>
public sealed record QuotaUsage(long StoredBytes, int FilesToday, int OpenRuns, double MinutesToday);

/// <summary>Quotas in the database.</summary>
public interface IQuotaStore
{
    /// <summary>An account's own limits and its roles; null when there is no such account.</summary>
    Task<QuotaAccount?> AccountAsync(string userId, CancellationToken ct);

    /// <summary>What an account uses, days counted from <paramref name="since"/>.</summary>
    Task<QuotaUsage> UsageAsync(string userId, DateTimeOffset since, CancellationToken ct);

    /// <summary>Sets an account's own limits; null = only those of its roles. False when there is no such account.</summary>
    Task<bool> SetAsync(string userId, Quota? quota, CancellationToken ct);
}

/// <summary>Own limits and roles of an account.</summary>
public sealed record QuotaAccount(Quota? Own, ImmutableArray<string> Roles);

/// <summary>Limits that count for an account, and what it uses.</summary>
public sealed record QuotaStanding(Quota Limits, Quota? Own, QuotaUsage Usage);
