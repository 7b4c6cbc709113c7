using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Ingest.Quotas;

/// <summary>Says before the first byte whether an account may bring something in. Thread-safe.</summary>
public sealed class QuotaDesk : IDisposable
{
    // Two creations at the same moment must not both find the last place free.
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly IQuotaStore? _store;
    private readonly ISettingsStore _settings;
    private readonly IAuditTrail _audit;
    private readonly TimeProvider _time;

    internal QuotaDesk(IQuotaStore? store, ISettingsStore settings, IAuditTrail audit, TimeProvider time) => (_store, _settings, _audit, _time) = (store, settings, audit, time);

    /// <summary>How the account stands; null for the system itself, which has no limits.</summary>
    public async Task<QuotaStanding?> StandingAsync(string userId, CancellationToken ct)
    {
        if (_store is null || await _store.AccountAsync(userId, ct).ConfigureAwait(false) is not { } account)
        {
            return null;
        }

        var limits = (await _settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Limits;
        var today = new DateTimeOffset(_time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        return new QuotaStanding(Quota.Of(account.Own, account.Roles, limits.Quotas), account.Own, await _store.UsageAsync(userId, today, ct).ConfigureAwait(false));
    }

    /// <summary>Refuses what would go beyond the account's limits.</summary>
    /// <param name="actor">Whose file it is.</param>
    /// <param name="files">Files that are to come.</param>
    /// <param name="bytes">Their bytes, as far as known.</param>
    /// <param name="name">What the file is called, for the sentence.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="VettingException">SourceTooLarge (bytes), QuotaExceeded (number, minutes, at once).</exception>
    public async Task CheckAsync(Actor actor, int files, long bytes, string? name, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (await StandingAsync(actor.Id, ct).ConfigureAwait(false) is { } standing && Refusal(standing, actor.Name, files, bytes, name) is { } refusal)
        {
            Telemetry.PipelineMeter.CountRefusal(refusal.Code);
            throw refusal;
        }
    }

    /// <summary>Checks and adds in one step, so that of two who come at once only one gets the last place.</summary>
    /// <exception cref="VettingException">As <see cref="CheckAsync"/>.</exception>
    public async Task AdmitAsync(Actor actor, int files, long bytes, string? name, Func<Task> add, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(add);
        await _one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await CheckAsync(actor, files, bytes, name, ct).ConfigureAwait(false);
            await add().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>How many files the account may still bring in today; null = no limit.</summary>
    public async Task<int?> FilesLeftAsync(string userId, CancellationToken ct) =>
        await StandingAsync(userId, ct).ConfigureAwait(false) is { Limits.FilesPerDay: { } most, Usage: var usage } ? Math.Max(0, most - usage.FilesToday) : null;

    /// <summary>Sets an account's own limits; null = only those of its roles.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest, NotFound.</exception>
    public async Task SetAsync(string userId, Quota? quota, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Administer, "change quotas");
        if (quota?.Faults("this account").FirstOrDefault() is { } fault)
        {
            throw new VettingException(FailureCode.InvalidRequest, fault);
        }

        var before = _store is null ? null : await _store.AccountAsync(userId, ct).ConfigureAwait(false);
        if (before is null || !await _store!.SetAsync(userId, quota == Quota.None ? null : quota, ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.NotFound, "There is no such account.");
        }

        await _audit.AppendAsync(actor, "user.quota", $"user/{userId}", Json(before.Own), Json(quota), CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static VettingException? Refusal(QuotaStanding standing, string who, int files, long bytes, string? name)
    {
        var (limits, usage) = (standing.Limits, standing.Usage);
        if (limits.StoredMegabytes is { } stored && bytes > 0 && usage.StoredBytes + bytes > (long)stored << 20)
        {
            return new VettingException(FailureCode.SourceTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"{name ?? "This"}: {who} has {Mebibytes(usage.StoredBytes)} MiB here and may have {stored} MiB; {Mebibytes(bytes)} MiB more do not fit."));
        }

        var why = limits switch
        {
            { FilesPerDay: { } most } when usage.FilesToday + files > most => $"{who} has brought in {usage.FilesToday} files today, and {most} a day are allowed. It goes on after midnight UTC.",
            { ConcurrentRuns: { } most } when files > 0 && usage.OpenRuns >= most => $"{who} has {usage.OpenRuns} unfinished runs, and {most} at once are allowed. Wait until one is done.",
            { MinutesPerDay: { } most } when files > 0 && usage.MinutesToday >= most => $"{who} has had {Math.Floor(usage.MinutesToday)} minutes of video vetted today, and {most} a day are allowed. It goes on after midnight UTC.",
            _ => null,
        };
        return why is null ? null : new VettingException(FailureCode.QuotaExceeded, why);
    }

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static string? Json(Quota? quota) => quota is null ? null : JsonSerializer.Serialize(quota, PipelineJson.Options);
}
