using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Framevet.Web.Hosting;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>
/// Who is signed in where, and the end of it: an ended session's cookie opens nothing from that moment, its circuits and connections close. Thread-safe.
/// </summary>
public sealed class SessionDesk(SessionStore store, IAuditTrail audit, IOptions<FramevetOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(30);

    // Longer than any look at the store takes; after that the store says by itself that the session has ended.
    private static readonly TimeSpan Mourning = TimeSpan.FromHours(1);

    // What the store said lately. Ends go through this process, which therefore forgets in time.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _alive = new();

    // A look at the store that began before an end must not bring the session back to life.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _ended = new();
    private readonly ConcurrentDictionary<Guid, ImmutableList<Action>> _watchers = new();

    /// <summary>Whether the session still opens anything.</summary>
    public async Task<bool> IsAliveAsync(Guid session, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (_ended.ContainsKey(session))
        {
            return false;
        }

        if (_alive.TryGetValue(session, out var seen) && now - seen < Trust)
        {
            return true;
        }

        if (await store.FindAsync(session, ct) is not { } row || IsTooOld(row, now))
        {
            _alive.TryRemove(session, out _);
            return false;
        }

        _alive[session] = now;
        await store.TouchAsync(row, ct);
        return true;
    }

    /// <summary>Begins one.</summary>
    internal Task<Guid> BeginAsync(string userId, string device, string method, CancellationToken ct) => store.CreateAsync(userId, device, method, ct);

    /// <summary>The actor's own sessions, last seen first.</summary>
    public async Task<ImmutableArray<SessionRow>> OfAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = time.GetUtcNow();
        return [.. (await store.OfUserAsync(actor.Id, ct)).Where(s => !IsTooOld(s, now))];
    }

    /// <summary>Ends one of the actor's own sessions.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task EndAsync(Guid session, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!await store.EndAsync(session, actor.Id, ct))
        {
            throw new VettingException(FailureCode.NotFound, "There is no such session, or it has ended already.");
        }

        Tell(session);
        await audit.AppendAsync(actor, "session.end", $"user/{actor.Id}", null, null, ct);
    }

    /// <summary>Ends all of the actor's own sessions but the one in which the actor asks.</summary>
    public async Task<int> EndOthersAsync(Guid current, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var ended = await EndAllAsync(actor.Id, current, ct);
        await audit.AppendAsync(actor, "session.end-others", $"user/{actor.Id}", null, null, ct);
        return ended;
    }

    /// <summary>Ends all sessions of an account but one; how many.</summary>
    internal async Task<int> EndAllAsync(string userId, Guid? except, CancellationToken ct)
    {
        var ended = await store.EndAllAsync(userId, except, ct);
        ended.ToList().ForEach(Tell);
        return ended.Length;
    }

    /// <summary>The session is over, because its user signed out or its cookie fits no more.</summary>
    internal async Task CloseAsync(Guid session, CancellationToken ct)
    {
        await store.EndAsync(session, null, ct);
        Tell(session);
    }

    /// <summary>Forgets what has been over for long.</summary>
    internal Task SweepAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        Forget(_alive, now - Trust);
        Forget(_ended, now - Mourning);
        return store.SweepAsync(now - TimeSpan.FromDays(options.Value.SignIn.SessionDays + 1), ct);
    }

    /// <summary>Calls back once when the session ends; dispose to stop. The callback must not throw or block.</summary>
    internal IDisposable Watch(Guid session, Action onEnd)
    {
        _watchers.AddOrUpdate(session, [onEnd], (_, all) => all.Add(onEnd));
        return new Watcher(() =>
        {
            var left = _watchers.AddOrUpdate(session, [], (_, all) => all.Remove(onEnd));
            if (left.IsEmpty)
            {
                _watchers.TryRemove(new(session, left));
            }
        });
    }

    /// <summary>A session ended here, told once.</summary>
    internal event EventHandler<SessionEndedEventArgs>? Ended;

    /// <summary>A session ended on another node.</summary>
    internal void Hear(Guid session)
    {
        _ended[session] = time.GetUtcNow();
        _alive.TryRemove(session, out _);
        if (_watchers.TryRemove(session, out var watchers))
        {
            watchers.ForEach(onEnd => onEnd());
        }
    }

    private static void Forget(ConcurrentDictionary<Guid, DateTimeOffset> known, DateTimeOffset before)
    {
        foreach (var old in known.Where(k => k.Value < before))
        {
            known.TryRemove(old);
        }
    }

    private void Tell(Guid session)
    {
        Hear(session);
        Ended?.Invoke(this, new SessionEndedEventArgs(session));
    }

    private bool IsTooOld(SessionRow row, DateTimeOffset now) =>
        now - row.CreatedAt > TimeSpan.FromDays(options.Value.SignIn.MaxSessionDays) || now - row.LastSeenAt > TimeSpan.FromDays(options.Value.SignIn.SessionDays);

    private sealed class Watcher(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}

/// <summary>Which session ended.</summary>
internal sealed class SessionEndedEventArgs(Guid session) : EventArgs
{
    public Guid Session { get; } = session;
}
