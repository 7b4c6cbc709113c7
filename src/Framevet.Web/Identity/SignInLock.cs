using System.Security.Cryptography;
using System.Text;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline.Runs;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>
/// Locks accounts after wrong passwords or codes, softly: each lock lasts twice as long as the one before. Names that no account has are locked in the
/// same way, so that nobody learns from it which names exist. Thread-safe.
/// </summary>
internal sealed partial class SignInLock(SignInStore store, IAuditTrail audit, ILookupNormalizer names, IOptions<FramevetOptions> options, ILogger<SignInLock> log)
{
    private readonly SignInOptions _options = options.Value.SignIn;

    /// <summary>How an account, or a name without one, is called in the store.</summary>
    public string Who(FramevetUser? user, string name) => user is not null
        ? $"account/{user.Id}"
        : $"name/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(names.NormalizeName(name) ?? "")))}";

    /// <summary>Whether it is locked now.</summary>
    public async Task<bool> IsLockedAsync(string who, CancellationToken ct) => await store.LockedUntilAsync(who, ct) is not null;

    /// <summary>Enters a failure.</summary>
    public async Task FailAsync(string who, FramevetUser? user, CancellationToken ct)
    {
        var isLockedNow = await store.FailAsync(who, _options.MaxFailures, TimeSpan.FromMinutes(_options.LockMinutes), TimeSpan.FromMinutes(Math.Max(_options.LockMinutes, _options.MaxLockMinutes)), ct);
        LogFailed(who, isLockedNow);
        if (isLockedNow && user is not null)
        {
            await audit.AppendAsync(Actor.System, "account.locked", $"user/{user.Id}", null, null, ct);
        }
    }

    /// <summary>Forgets what was wrong before.</summary>
    public Task ClearAsync(string who, CancellationToken ct) => store.ClearAsync(who, ct);

    [LoggerMessage(LogLevel.Warning, "A password or code for {Who} was wrong, or came while it was locked (locked now: {IsLocked}).")]
    private partial void LogFailed(string who, bool isLocked);
}
